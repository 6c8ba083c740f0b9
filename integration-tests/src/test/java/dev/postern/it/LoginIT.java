package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that log in as they would at PostgreSQL, and what they hear when they may not. */
final class LoginIT {
  private static final String ROLE = "login_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @Test
  void psqlLogsInByScram() {
    ProgramRun run = Psql.through(Gateways.plain(), ROLE).with("-c", "SELECT current_user").run();
    assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(ROLE);
  }

  @Test
  void psqlLogsInWithAVerifiedNameAndABoundChannel() {
    ProgramRun run =
        Psql.through(Gateways.encrypted(), ROLE)
            .environment("PGCHANNELBINDING", "require")
            .with("-c", "SELECT current_user")
            .run();
    assertThat(run.expectSuccess().trimmedOutput()).isEqualTo(ROLE);
  }

  @Test
  void pgjdbcLogsInByScram() throws SQLException {
    try (Connection connection = Gateways.connect(Gateways.plain(), ROLE)) {
      assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(ROLE);
    }
  }

  @Test
  void pgjdbcLogsInWithAVerifiedNameAndABoundChannel() throws SQLException {
    try (Connection connection =
        Gateways.connect(Gateways.encrypted(), ROLE, Map.of("channelBinding", "require"))) {
      assertThat(Sql.value(connection, "SELECT current_user")).isEqualTo(ROLE);
    }
  }

  @Test
  void saysThatAPasswordIsWrongInPostgresWords() {
    assertThatThrownBy(() -> Gateways.connect(Gateways.plain(), ROLE, Map.of("password", "wrong")))
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).isEqualTo("28P01");
              assertThat(e.getMessage())
                  .contains("password authentication failed for user \"" + ROLE + "\"");
            });
  }

  @Test
  void psqlSaysThatAPasswordIsWrong() {
    ProgramRun run =
        Psql.through(Gateways.plain(), ROLE)
            .environment("PGPASSWORD", "wrong")
            .with("-c", "SELECT 1")
            .run();
    assertThat(run.expectFailure().errors())
        .contains("FATAL:  password authentication failed for user \"" + ROLE + "\"");
  }

  @Test
  void passesOnThatADatabaseIsUnknown() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "no_such_database"));
      WireMessage error = Logins.refusal(client, ROLE);
      assertThat(error.sqlState()).isEqualTo("3D000");
      assertThat(error.text()).isEqualTo("database \"no_such_database\" does not exist");
    }
  }

  @Test
  void whatTheServerRefusedIsInTheLogWithCodeRouteAndServer() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "not_here_either"));
      assertThat(Logins.refusal(client, ROLE).sqlState()).isEqualTo("3D000");
    }
    String server = "127.0.0.1:" + Gateways.server().port();
    await()
        .untilAsserted(
            () ->
                assertThat(Logs.containing("refused by the backend", "\"not_here_either\""))
                    .singleElement()
                    .asString()
                    .contains("sqlState=\"3D000\"")
                    .contains("route=\"everything\"")
                    .contains("backend=\"" + server + "\""));
  }

  @Test
  void refusesAClientWithoutTlsWhereTlsIsRequired() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      WireMessage error = client.expectFatal("28000");
      assertThat(error.text()).containsIgnoringCase("encrypt");
    }
  }

  @Test
  void doesNotOfferABoundChannelWithoutTls() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      assertThat(client.expect('R').strings(4)).containsExactly("SCRAM-SHA-256", "");
    }
  }

  @Test
  void offersABoundChannelOverTls() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      assertThat(client.expect('R').strings(4))
          .containsExactly("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "");
    }
  }

  @Test
  void handsTheStartupParametersToTheServer() throws SQLException {
    Map<String, String> parameters =
        Map.of("ApplicationName", "an application", "options", "-c work_mem=12345kB");
    try (Connection connection = Gateways.connect(Gateways.plain(), ROLE, parameters)) {
      assertThat(Sql.value(connection, "SHOW application_name")).isEqualTo("an application");
      Sql.run(connection, "SET work_mem = '1MB'", "RESET ALL");
      assertThat(Sql.value(connection, "SHOW work_mem")).isEqualTo("12345kB");
    }
  }

  @Test
  void tellsTheServersOwnParameters() {
    try (WireClient throughPostern = WireClient.connect(Gateways.plain().address());
        WireClient direct = WireClient.connect(Gateways.server().address())) {
      var expected = direct.login(ROLE, Gateways.PASSWORD, "postgres").parameters();
      assertThat(throughPostern.login(ROLE, Gateways.PASSWORD, "postgres").parameters())
          .isEqualTo(expected);
    }
  }

  @Test
  void asksForTheDatabaseOfTheUsersNameWhereNoneIsNamed() {
    Gateways.server().createDatabase(ROLE, ROLE);
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("user", ROLE));
      client.authenticate(ROLE, Gateways.PASSWORD);
      client.greeting();
      assertThat(client.queryOne("SELECT current_database()")).isEqualTo(ROLE);
    }
  }
}
