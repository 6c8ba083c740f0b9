package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningProgram;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Queries that only a cancel ends, each with a marker by which the JVM's server knows it. */
public final class SleepingQueries {
  private SleepingQueries() {}

  static String sql(String marker) {
    return "SELECT pg_sleep(300) /* " + marker + " */";
  }

  /** Begins one, and waits until it runs. */
  static void begin(WireClient client, String marker) {
    client.send(FrontendPackets.query(sql(marker)));
    awaitRunning(marker);
  }

  /** Waits until the server works on a statement. */
  static void awaitRunning(String marker) {
    await().atMost(Duration.ofSeconds(20)).until(() -> isRunning(marker));
  }

  static boolean isRunning(String marker) {
    return Gateways.server()
        .queryOne(
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                + " AND query LIKE '%"
                + marker
                + "%'")
        .equals("t");
  }

  /** The query that runs must have been cancelled, and nothing else have gone wrong. */
  public static void expectCancelled(WireClient client) {
    assertThat(client.receiveUntil('Z'))
        .filteredOn(message -> message.type() == 'E')
        .extracting(WireMessage::sqlState)
        .containsExactly("57014");
  }

  /**
   * Ends one of psql by Ctrl-C.
   *
   * @param meanwhile done while it runs
   */
  static void interrupt(RunningProgram psql, String marker, Runnable meanwhile) {
    awaitRunning(marker);
    meanwhile.run();
    psql.interrupt();
    assertThat(psql.await(Duration.ofSeconds(10)).expectFailure().errors())
        .contains("canceling statement due to user request");
  }

  /**
   * Begins one with pgjdbc and lets that cancel it; the connection must be usable then.
   *
   * @param meanwhile done while it runs
   */
  static void cancel(Connection connection, String marker, Runnable meanwhile) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      CompletableFuture<Boolean> query =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return statement.execute(sql(marker));
                } catch (SQLException e) {
                  throw new IllegalStateException(e.getSQLState(), e);
                }
              });
      awaitRunning(marker);
      meanwhile.run();
      statement.cancel();
      assertThatThrownBy(query::join)
          .hasRootCauseInstanceOf(SQLException.class)
          .hasMessageContaining("57014");
      assertThat(Sql.value(connection, "SELECT 1")).isEqualTo("1");
    }
  }
}
