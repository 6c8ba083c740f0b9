package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.WireClient;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

/** The main road with every supported server; all else is tested with one of them. */
final class ServerVersionsIT {
  private static final String ROLE = "versions_role";

  static List<Integer> versions() {
    return PostgresServer.versions();
  }

  @Test
  void areAllThere() {
    assertThat(versions()).containsExactly(14, 15, 16, 17, 18);
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("versions")
  void serveLoginQueriesCopyAndCancel(int version) throws Exception {
    PostgresServer server = PostgresServer.shared(version);
    try (RunningPostern postern =
        Gateways.before(server).tls(Gateways.AUTHORITY.server("localhost", "127.0.0.1")).start()) {
      Gateways.createRole(server, postern, ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE)) {
        assertThat(Sql.value(connection, "SHOW server_version")).startsWith(version + ".");
        prepares(connection);
        copies(connection);
        cancels(connection);
      }
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("versions")
  void serveTheSameConversationAsWithoutPostern(int version) {
    PostgresServer server = PostgresServer.shared(version);
    try (RunningPostern postern = Gateways.before(server).start()) {
      Gateways.createRole(server, postern, ROLE);
      try (WireClient through = WireClient.connect(postern.address());
          WireClient direct = WireClient.connect(server.address())) {
        assertThat(through.login(ROLE, Gateways.PASSWORD, "postgres").parameters())
            .isEqualTo(direct.login(ROLE, Gateways.PASSWORD, "postgres").parameters());
        for (String sql : Conversations.QUERIES) {
          assertThat(through.query(sql)).as(sql).isEqualTo(direct.query(sql));
        }
      }
    }
  }

  @ParameterizedTest(name = "PostgreSQL {0}")
  @MethodSource("versions")
  void areReachedOverTlsWithABoundChannel(int version) throws SQLException {
    TestCertificate authority = TestCertificate.authority("server CA");
    try (PostgresServer server =
            PostgresServer.builder(version)
                .tls(authority.server("localhost", "127.0.0.1"))
                .hba("hostssl all all all scram-sha-256")
                .start();
        RunningPostern postern = Gateways.before(server).start()) {
      Gateways.createRole(server, postern, ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE)) {
        assertThat(
                Sql.value(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
            .isEqualTo("t");
      }
    }
  }

  private static void prepares(Connection connection) throws SQLException {
    connection.unwrap(PGConnection.class).setPrepareThreshold(1);
    try (PreparedStatement statement = connection.prepareStatement("SELECT ? || 'x'")) {
      for (int i = 0; i < 5; i++) {
        statement.setString(1, "n" + i);
        try (ResultSet rows = statement.executeQuery()) {
          rows.next();
          assertThat(rows.getString(1)).isEqualTo("n" + i + "x");
        }
      }
    }
  }

  private static void copies(Connection connection) throws Exception {
    Sql.run(connection, "CREATE TEMP TABLE copied (id int)");
    assertThat(
            connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY copied FROM STDIN", new StringReader("1\n2\n3\n")))
        .isEqualTo(3);
  }

  private static void cancels(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(300)"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
    }
  }
}
