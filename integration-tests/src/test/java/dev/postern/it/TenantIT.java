package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.plugins.tenant.TenantRouterFactory;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants that come, change and go while clients are there. */
final class TenantIT {
  private static final String ROLE = "tenant_role";
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path files;

  @BeforeAll
  static void createDatabases() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Gateways.server().createDatabase("tenant_acme", ROLE);
    Gateways.server().createDatabase("tenant_globex", ROLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void clientsReachTheDatabaseOfTheirTenant(String mode) throws Exception {
    write(tenant(mode, "acme") + tenant(mode, "globex"));
    try (RunningPostern postern = start()) {
      ProgramRun run =
          Psql.through(postern, ROLE)
              .environment("PGDATABASE", "acme")
              .with("-c", "SELECT current_database()")
              .run();
      assertThat(run.expectSuccess().trimmedOutput()).isEqualTo("tenant_acme");
      try (Connection connection = connect(postern, "globex")) {
        assertThat(Sql.value(connection, "SELECT current_database()")).isEqualTo("tenant_globex");
      }
    }
  }

  @Test
  void aPatternServesManyTenants() throws Exception {
    write(
        """
        tenants:
          - name: "{tenant}"
            match: {database: "{tenant}"}
            backends: [{host: %s, port: %d}]
            database: "tenant_{tenant}"
        """
            .formatted(Gateways.server().host(), Gateways.server().port()));
    try (RunningPostern postern = start()) {
      for (String tenant : new String[] {"acme", "globex"}) {
        try (Connection connection = connect(postern, tenant)) {
          assertThat(Sql.value(connection, "SELECT current_database()"))
              .isEqualTo("tenant_" + tenant);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aNewTenantIsServedWithoutARestartAndNobodyIsDisturbed(String mode) throws Exception {
    write(tenant(mode, "acme"));
    try (RunningPostern postern = start();
        Connection old = connect(postern, "acme")) {
      assertThatThrownBy(() -> connect(postern, "globex").close()).isInstanceOf(SQLException.class);
      replace(tenant(mode, "acme") + tenant(mode, "globex"));

      await().atMost(SOON).ignoreExceptions().until(() -> isServed(postern, "globex"));
      assertThat(Sql.value(old, "SELECT current_database()")).isEqualTo("tenant_acme");
    }
  }

  @Test
  void aTenantThatIsTakenOutGetsNoNewSessions() throws Exception {
    write(tenant("session", "acme") + tenant("session", "globex"));
    try (RunningPostern postern = start();
        Connection old = connect(postern, "globex")) {
      write(tenant("session", "acme"));

      await().atMost(SOON).until(() -> !isServed(postern, "globex"));
      assertThat(isServed(postern, "acme")).isTrue();
      assertThat(Sql.value(old, "SELECT current_database()")).isEqualTo("tenant_globex");
    }
  }

  @Test
  void aBrokenFileLeavesTheTenantsInServiceAndIsLoggedOnceWithItsPlace() throws Exception {
    write(tenant("session", "acme"));
    try (RunningPostern postern = start()) {
      write("tenants:\n  - {name: acme, match: {database: acme}, backend: []}\nmore: 1\n");

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(
                          Logs.containing(
                              "the tenants cannot be read",
                              "tenants.yaml:2:",
                              "; ",
                              "tenants.yaml:3:"))
                      .isNotEmpty());
      assertThat(isServed(postern, "acme")).isTrue();
      replace(tenant("session", "acme") + tenant("session", "globex"));
      await().atMost(SOON).until(() -> isServed(postern, "globex"));
      assertThat(Logs.containing("the tenants cannot be read")).hasSize(1);
    }
  }

  private RunningPostern start() {
    RunningPostern postern =
        RunningPostern.builder()
            .router(
                new TenantRouterFactory(), Map.of("file", files.resolve("tenants.yaml").toString()))
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static boolean isServed(RunningPostern postern, String database) {
    try (Connection connection = connect(postern, database)) {
      return ("tenant_" + database).equals(Sql.value(connection, "SELECT current_database()"));
    } catch (SQLException e) {
      return false;
    }
  }

  private static Connection connect(RunningPostern postern, String database) throws SQLException {
    return DriverManager.getConnection(postern.jdbcUrl(database), ROLE, Gateways.PASSWORD);
  }

  private static String tenant(String mode, String name) {
    return """
      - name: %1$s
        match: {database: %1$s}
        backends: [{host: %2$s, port: %3$d}]
        database: tenant_%1$s
        pool: {mode: %4$s}
    """
        .formatted(name, Gateways.server().host(), Gateways.server().port(), mode);
  }

  /** In place. */
  private void write(String tenants) throws IOException {
    Files.writeString(
        files.resolve("tenants.yaml"),
        tenants.startsWith("tenants:") ? tenants : "tenants:\n" + tenants);
  }

  /** By another file that takes its name. */
  private void replace(String tenants) throws IOException {
    Path next = Files.writeString(files.resolve("next.yaml"), "tenants:\n" + tenants);
    Files.move(
        next,
        files.resolve("tenants.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
