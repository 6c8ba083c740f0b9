package dev.postern.it;

import static dev.postern.it.LoggedStatements.ROLE;
import static dev.postern.it.LoggedStatements.logOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every statement of psql, and of clients that speak the protocol as they like, is one line. */
final class QueryLogProtocolIT {
  @TempDir Path directory;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void psqlWithItsOwnWayOfDoingThings() throws Exception {
    List<String> lines =
        logOf(
            postern ->
                assertThat(
                        Psql.through(postern, ROLE)
                            .with(
                                "-c", "CREATE TEMP TABLE t (x int)",
                                "-c", "INSERT INTO t SELECT generate_series(1, 7)",
                                "-c", "\\copy t TO '/dev/null'")
                            .run()
                            .exitCode())
                    .isZero());

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int)",
            "completed INSERT 7 INSERT INTO t SELECT generate_series(1, 7)",
            "completed COPY 7 COPY  t TO STDOUT ");
  }

  @Test
  void statementsThatAreTooLargeToBeDecoded() throws Exception {
    String large = "'" + "x".repeat(10_000) + "'";
    Path script = Files.writeString(directory.resolve("large.sql"), "SELECT length(" + large + ")");
    List<String> lines =
        logOf(
            Map.of("limits.intercepted-message", "4KiB"),
            postern -> {
              assertThat(Psql.through(postern, ROLE).with("-f", script.toString()).run().exitCode())
                  .isZero();
              try (Connection connection =
                      Gateways.connect(postern, ROLE, Map.of("prepareThreshold", "1"));
                  PreparedStatement statement =
                      connection.prepareStatement("SELECT length(?), length(" + large + ")")) {
                for (int i = 0; i < 3; i++) {
                  statement.setString(1, large);
                  statement.executeQuery().close();
                }
                Sql.run(connection, "SELECT 1");
              }
            });

    assertThat(lines).hasSize(5);
    assertThat(lines.getFirst())
        .startsWith("completed SELECT 1 SELECT length('xxx")
        .endsWith("x... (message of 10022 bytes, not decoded)");
    assertThat(lines.subList(1, 4))
        .allSatisfy(
            line ->
                assertThat(line)
                    .startsWith("completed SELECT 1 SELECT length($1), length('xxx")
                    .endsWith(" bytes, not decoded)"));
    assertThat(lines.getLast()).isEqualTo("completed SELECT 1 SELECT 1");
  }

  /**
   * As libpq does it: a Sync goes with the COPY, which the server ignores, and another after it.
   */
  @Test
  void copyInTheExtendedProtocol() throws Exception {
    List<String> lines =
        said(
            client -> {
              client.query("CREATE TEMP TABLE t (x int)");
              copyIn(client, "1\n2\n");
              copyIn(client, "not a number\n");
              copyIn(client, "3\n", FrontendPackets.copyFail("enough"));
              client.send(FrontendPackets.parse("", "SELEC 1"), FrontendPackets.sync());
              client.receiveUntil('Z');
              client.query("SELECT 1");
            });

    assertThat(lines)
        .containsExactly(
            "completed CREATE TABLE CREATE TEMP TABLE t (x int)",
            "completed COPY 2 COPY t FROM STDIN",
            "failed 22P02 COPY t FROM STDIN",
            "failed 57014 COPY t FROM STDIN",
            "failed 42601 SELEC 1",
            "completed SELECT 1 SELECT 1");
  }

  /** Whatever a client says: every statement is logged once, in order, and nothing else is. */
  @Test
  void aPipelineIsLoggedInItsOrder() throws Exception {
    List<String> lines =
        said(
            client -> {
              client.send(
                  FrontendPackets.parse("s", "SELECT generate_series(1, 4)"),
                  FrontendPackets.bind("a", "s"),
                  FrontendPackets.execute("a", 3),
                  FrontendPackets.execute("a", 3),
                  FrontendPackets.bind("b", "s"),
                  FrontendPackets.execute("b", 3),
                  FrontendPackets.sync(),
                  FrontendPackets.unnamed("SELECT 1/0"),
                  FrontendPackets.bind("", "s"),
                  FrontendPackets.execute("", 0),
                  FrontendPackets.sync(),
                  FrontendPackets.query("SELECT 1; SELECT 1/0; SELECT 2"),
                  FrontendPackets.bind("", "s"),
                  FrontendPackets.execute("", 0),
                  FrontendPackets.sync());
              for (int i = 0; i < 4; i++) {
                client.receiveUntil('Z');
              }
            });

    assertThat(lines)
        .containsExactly(
            "completed SELECT 4 SELECT generate_series(1, 4)",
            "suspended 3 SELECT generate_series(1, 4)",
            "failed 22012 SELECT 1/0",
            "completed SELECT 1 SELECT 1; SELECT 1/0; SELECT 2",
            "failed 22012 part 2 SELECT 1; SELECT 1/0; SELECT 2",
            "completed SELECT 4 SELECT generate_series(1, 4)");
  }

  /** The server ignores it, and answers the Sync before it. */
  @Test
  void anEndOfACopyThatThereIsNotMovesNoAnswer() throws Exception {
    List<String> lines =
        said(
            client -> {
              client.send(
                  FrontendPackets.unnamed("SELECT 1"),
                  FrontendPackets.sync(),
                  FrontendPackets.copyDone(),
                  FrontendPackets.unnamed("SELECT 1/0"),
                  FrontendPackets.sync(),
                  FrontendPackets.copyFail("what?"),
                  FrontendPackets.unnamed("SELECT 2"),
                  FrontendPackets.sync());
              for (int i = 0; i < 3; i++) {
                client.receiveUntil('Z');
              }
            });

    assertThat(lines)
        .containsExactly(
            "completed SELECT 1 SELECT 1",
            "failed 22012 SELECT 1/0",
            "completed SELECT 1 SELECT 2");
  }

  @Test
  void aNameIsLoggedAsWhatItCertainlyStandsFor() throws Exception {
    List<String> lines =
        said(
            client -> {
              client.send(
                  FrontendPackets.parse("s", "SELECT 10"),
                  FrontendPackets.sync(),
                  FrontendPackets.parse("s", "SELECT 20"), // there is one already
                  FrontendPackets.sync());
              client.receiveUntil('Z');
              client.receiveUntil('Z');
              execute(client, "s");
              client.query("DEALLOCATE s");
              client.query("PREPARE s AS SELECT 30");
              execute(client, "s");
            });

    assertThat(lines)
        .containsExactly(
            "failed 42P05 SELECT 20",
            "completed SELECT 1 SELECT 10",
            "completed DEALLOCATE DEALLOCATE s",
            "completed PREPARE PREPARE s AS SELECT 30",
            "completed SELECT 1 (unknown)");
  }

  @Test
  void aSessionWhoseOrderCannotBeToldIsLoggedNoFurther() throws Exception {
    List<String> lines =
        said(
            client -> {
              client.query("SELECT 1");
              client.send(
                  FrontendPackets.describePortal("none"),
                  FrontendPackets.query("SELECT 2"),
                  FrontendPackets.sync());
              client.receiveUntil('Z');
              client.query("SELECT 3");
            });

    assertThat(lines).containsExactly("completed SELECT 1 SELECT 1");
    assertThat(Logs.containing("the query log has lost the order of a session")).hasSize(1);
  }

  /** What is logged of a client that logs in, does this, and says that it ends. */
  private static List<String> said(Consumer<WireClient> doing) throws Exception {
    return logOf(
        postern -> {
          try (WireClient client = WireClient.connect(postern.address())) {
            client.login(ROLE, Gateways.PASSWORD, "postgres");
            doing.accept(client);
            client.send(FrontendPackets.terminate());
            client.expectEnd();
          }
        });
  }

  private static void execute(WireClient client, String statement) {
    client.send(
        FrontendPackets.bind("", statement),
        FrontendPackets.execute("", 0),
        FrontendPackets.sync());
    client.receiveUntil('Z');
  }

  private static void copyIn(WireClient client, String rows) {
    copyIn(client, rows, FrontendPackets.copyDone());
  }

  private static void copyIn(WireClient client, String rows, byte[] end) {
    client.send(FrontendPackets.unnamed("COPY t FROM STDIN"), FrontendPackets.sync());
    client.receiveUntil('G');
    client.send(
        FrontendPackets.copyData(rows.getBytes(StandardCharsets.UTF_8)),
        end,
        FrontendPackets.sync());
    client.receiveUntil('Z');
  }
}
