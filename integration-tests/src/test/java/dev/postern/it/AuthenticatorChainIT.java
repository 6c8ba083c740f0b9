package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.rules.RulesAuthenticatorFactory;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Of a chain with {@code require: all} each authenticator has to let a client in: here one that
 * proves passwords, and one that knows two users and refuses one of them.
 */
final class AuthenticatorChainIT {
  private static final String WELCOME = "chain_welcome";
  private static final String UNWELCOME = "chain_unwelcome";
  private static final String PROVES = "{plugin: scram}";
  private static final String DECIDES =
      "{plugin: rules, config: {rules: [host all chain_unwelcome all reject, host all all all trust]}}";

  @TempDir Path home;

  @BeforeAll
  static void createRoles() {
    Gateways.server().createRole(WELCOME, Gateways.PASSWORD);
    Gateways.server().createRole(UNWELCOME, Gateways.PASSWORD);
  }

  @BeforeEach
  void install() throws Exception {
    Path plugins = Files.createDirectories(home.resolve("plugins"));
    BundledPlugins.shipped(ScramAuthenticatorFactory.class, plugins);
    BundledPlugins.shipped(RulesAuthenticatorFactory.class, plugins);
    BundledPlugins.shipped(StaticRoutesFactory.class, plugins);
  }

  @ParameterizedTest
  @CsvSource({"session,true", "session,false", "transaction,true", "transaction,false"})
  void whoIsLetInByBothIsIn(String mode, boolean provesFirst) throws Exception {
    try (Gateway gateway = start(mode, provesFirst);
        WireClient client = connect(gateway)) {
      client.login(WELCOME, Gateways.PASSWORD, "postgres");

      assertThat(client.queryOne("SELECT current_user")).isEqualTo(WELCOME);
    }
  }

  @ParameterizedTest
  @CsvSource({"session,true", "session,false", "transaction,true", "transaction,false"})
  void whomOneRefusesIsOutWithTheCodeOfThatOne(String mode, boolean provesFirst) throws Exception {
    try (Gateway gateway = start(mode, provesFirst)) {
      assertThat(answer(gateway, WELCOME, "wrong"))
          .isNotNull()
          .satisfies(error -> assertThat(error.severity()).isEqualTo("FATAL"))
          .extracting(WireMessage::sqlState, WireMessage::text)
          .containsExactly("28P01", "password authentication failed for user \"chain_welcome\"");
      assertThat(answer(gateway, UNWELCOME, Gateways.PASSWORD))
          .isNotNull()
          .satisfies(error -> assertThat(error.severity()).isEqualTo("FATAL"))
          .satisfies(
              error -> assertThat(error.text()).startsWith("pg_hba.conf rejects connection for"))
          .extracting(WireMessage::sqlState)
          .isEqualTo("28000");
    }
  }

  private Gateway start(String mode, boolean provesFirst) throws Exception {
    Gateway gateway =
        Installations.start(
            home,
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            limits: {failed-logins-per-address: 0}
            authenticators: {require: all, chain: [%s, %s]}
            router:
              plugin: static-routes
              config:
                pool: {mode: %s}
                routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
            """
                .formatted(
                    provesFirst ? PROVES : DECIDES,
                    provesFirst ? DECIDES : PROVES,
                    mode,
                    Gateways.server().port()));
    Installations.addUser(gateway, WELCOME);
    Installations.addUser(gateway, UNWELCOME);
    return gateway;
  }

  /** The error; {@code null}: let in. */
  private static @Nullable WireMessage answer(Gateway gateway, String user, String password) {
    try (WireClient client = connect(gateway)) {
      return client.tryLogin(user, password, "postgres");
    }
  }

  private static WireClient connect(Gateway gateway) {
    return WireClient.connect(gateway.server().addresses().getFirst());
  }
}
