package dev.postern.it;

import dev.postern.plugins.ldap.LdapAuthenticatorFactory;
import dev.postern.plugins.oauth.OauthAuthenticatorFactory;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.plugins.rules.RulesAuthenticatorFactory;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.plugins.tenant.TenantRouterFactory;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.conformance.AuthenticatorConformance;
import dev.postern.testkit.conformance.RouterConformance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the test kit asks of everybody's authenticators and routers, asked of ours. */
final class BundledLoginPluginsConformIT {
  private static final String ROLE = "conforming_role";

  @TempDir static Path files;

  private static LdapServer directory;
  private static TestIssuer issuer;

  @BeforeAll
  static void start() throws Exception {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    directory = LdapServer.start();
    directory.addUser("alice");
    issuer = TestIssuer.started();
  }

  @AfterAll
  static void stop() {
    directory.close();
    issuer.close();
  }

  @TestFactory
  Stream<DynamicNode> scram() throws Exception {
    return AuthenticatorConformance.of(new ScramAuthenticatorFactory(), Map.of())
        .login(ROLE, Gateways.PASSWORD)
        .inStore()
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(ScramAuthenticatorFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> ldap() throws Exception {
    Map<String, Object> config =
        Map.of(
            "servers",
            List.of(directory.url()),
            "tls",
            Map.of("trust", Gateways.AUTHORITY_FILE.toString()),
            "user-dn",
            "uid={user},ou=people,dc=example,dc=com");
    return AuthenticatorConformance.of(new LdapAuthenticatorFactory(), config)
        .login("alice", LdapServer.PASSWORD)
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(LdapAuthenticatorFactory.class, files))
        .tests();
  }

  /** With tokens for passwords. */
  @TestFactory
  Stream<DynamicNode> oauth() throws Exception {
    Path authority = files.resolve("issuer-ca.crt");
    TestIssuer.AUTHORITY.writeChain(authority);
    Map<String, Object> config =
        Map.of(
            "issuer",
            issuer.issuer(),
            "trust",
            authority.toString(),
            "audience",
            List.of("postern"),
            "scopes",
            List.of("postgres"),
            "password",
            Map.of("always", true));
    return AuthenticatorConformance.of(new OauthAuthenticatorFactory(), config)
        .login("alice", issuer.token().signed())
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(OauthAuthenticatorFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> rules() throws Exception {
    Path rules =
        Files.writeString(
            files.resolve("pg_hba.conf"),
            """
            host all %s all trust
            host all all all reject
            """
                .formatted(ROLE));
    return AuthenticatorConformance.of(
            new RulesAuthenticatorFactory(), Map.of("file", rules.toString()))
        .login(ROLE, Gateways.PASSWORD)
        .askingForNothing()
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(RulesAuthenticatorFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> staticRoutes() throws Exception {
    Map<String, Object> route =
        Map.of(
            "name",
            "one",
            "match",
            Map.of("database", "postgres", "user", ROLE + "*"),
            "balance",
            "least-connections",
            "backends",
            List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
            "login",
            Map.of("user", PostgresServer.SUPERUSER));
    return RouterConformance.of(new StaticRoutesFactory(), Map.of("routes", List.of(route)))
        .serving(ROLE, "postgres")
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(StaticRoutesFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> tenant() throws Exception {
    Path tenants =
        Files.writeString(
            files.resolve("tenants.yaml"),
            """
            tenants:
              - name: "{tenant}"
                match: {database: "{tenant}"}
                backends: [{host: %s, port: %d}]
                database: postgres
                login: {user: postgres}
            """
                .formatted(Gateways.server().host(), Gateways.server().port()));
    return RouterConformance.of(new TenantRouterFactory(), Map.of("file", tenants.toString()))
        .serving(ROLE, "acme")
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(TenantRouterFactory.class, files))
        .tests();
  }
}
