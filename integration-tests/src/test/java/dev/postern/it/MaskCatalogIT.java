package dev.postern.it;

import static dev.postern.testkit.FrontendPackets.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.mask.MaskFactory;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code mask} asks a server for its catalog, and whom it covers by the route. */
final class MaskCatalogIT {
  private static final String ROLE = "catalog_clerk";
  private static final String READER = "catalog_reader";
  private static final String SSN = "SELECT ssn FROM catalog_people";

  @TempDir static Path directory;

  private static PostgresServer server;
  private static RunningPostern postern;

  @BeforeAll
  static void start() throws Exception {
    TestCertificate authority = TestCertificate.authority("server CA");
    server =
        PostgresServer.builder()
            .tls(authority.server("localhost", "127.0.0.1"))
            .hba("hostnossl all " + READER + " all reject", "host all all all scram-sha-256")
            .start();
    server.createRole(ROLE, Gateways.PASSWORD);
    server.createRole(READER, Gateways.PASSWORD);
    server.execute(
        "CREATE TABLE catalog_people (ssn text)",
        "INSERT INTO catalog_people VALUES ('123-45-6789')",
        "GRANT SELECT ON catalog_people TO " + ROLE);
    Path password =
        Files.createFile(
            directory.resolve("password"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, Gateways.PASSWORD);
    Path root = authority.writeChain(directory.resolve("root.crt"));
    Map<String, Object> catalog =
        Map.of(
            "user",
            READER,
            "password",
            Map.of("file", password.toString()),
            "refresh",
            "1s",
            "max-age",
            "3s");
    Map<String, Object> ssn =
        Map.of(
            "table", "public.catalog_people", "column", "ssn", "with", "partial", "keep-last", 4);
    postern =
        Gateways.withRoutes(
                List.of(
                    Map.of(
                        "name",
                        "for-clerks",
                        "match",
                        Map.of("database", "masked"),
                        "database",
                        "postgres",
                        "backends",
                        List.of(backend(root))),
                    Map.of("name", "open", "backends", List.of(backend(root)))))
            .interceptor(
                "mask",
                new MaskFactory(),
                Map.of(
                    "catalog",
                    catalog,
                    "policies",
                    List.of(
                        Map.of(
                            "name",
                            "clerks",
                            "routes",
                            List.of("for-*"),
                            "databases",
                            List.of("postgres"),
                            "columns",
                            List.of(ssn)))))
            .start();
    postern.importUser(server, ROLE);
  }

  private static Map<String, Object> backend(Path root) {
    return Map.of(
        "host",
        server.host(),
        "port",
        server.port(),
        "tls",
        Map.of("mode", "verify-full", "root-certificate", root.toString()));
  }

  @AfterAll
  static void stop() {
    postern.close();
    server.close();
  }

  private static WireClient client(String database) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, database);
    return client;
  }

  @Test
  void aPolicyCoversTheRoutesThatItNamesAndNoOthers() {
    try (WireClient masked = client("masked");
        WireClient open = client("postgres")) {
      assertThat(masked.queryOne(SSN)).isEqualTo("*******6789");
      assertThat(open.queryOne(SSN)).isEqualTo("123-45-6789");
    }
  }

  @Test
  void theCatalogIsReadWithTheTlsOfTheRoute() {
    try (WireClient client = client("masked")) {
      assertThat(client.queryOne(SSN)).isEqualTo("*******6789");
      assertThat(
              server.query(
                  "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                      + " WHERE usename = '"
                      + READER
                      + "'"))
          .containsExactly("t");
    }
  }

  @Test
  void behindACatalogThatIsTooOldNothingPassesUntilItIsReadAgain() {
    try (WireClient client = client("masked")) {
      assertThat(client.queryOne(SSN)).isEqualTo("*******6789");
      server.execute(
          "ALTER ROLE " + READER + " NOLOGIN",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
              + READER
              + "'");
      try {
        await()
            .untilAsserted(
                () -> assertThat(WireMessage.types(client.query("SELECT 1"))).isEqualTo("EZ"));
        List<WireMessage> answer = client.query(SSN);
        assertThat(WireMessage.types(answer)).isEqualTo("EZ");
        assertThat(answer.getFirst().sqlState()).isEqualTo("42501");
        try (WireClient late = client("masked")) {
          late.send(query(SSN));
          assertThat(late.expectFatal("42501").text()).contains("cannot be applied now");
        }
      } finally {
        server.execute("ALTER ROLE " + READER + " LOGIN");
      }
      await().untilAsserted(() -> assertThat(client.query(SSN).getFirst().type()).isEqualTo('T'));
      assertThat(client.queryOne(SSN)).isEqualTo("*******6789");
    }
  }
}
