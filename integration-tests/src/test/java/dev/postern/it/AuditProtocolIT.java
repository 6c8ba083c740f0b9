package dev.postern.it;

import static dev.postern.it.AuditedGateway.ROLE;
import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.it.AuditedGateway.Mode;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit log of clients that use the order and the names of the protocol as no driver does. */
final class AuditProtocolIT {
  private static final String COPY = "COPY audit_it.sink FROM STDIN";

  @TempDir Path home;

  @BeforeAll
  static void prepare() {
    AuditedGateway.createRole();
    Gateways.server().execute("DROP SCHEMA IF EXISTS audit_it CASCADE");
    Gateways.server().execute("CREATE SCHEMA audit_it");
    Gateways.server().execute("CREATE TABLE audit_it.sink (i int)");
    Gateways.server()
        .execute("CREATE TABLE audit_it.late (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    Gateways.server().execute("GRANT USAGE ON SCHEMA audit_it TO " + ROLE);
    Gateways.server().execute("GRANT ALL ON ALL TABLES IN SCHEMA audit_it TO " + ROLE);
  }

  private AuditedGateway after(Mode mode, Consumer<WireClient> doing) throws Exception {
    AuditedGateway gateway = AuditedGateway.start(home, mode, Map.of());
    try (gateway;
        WireClient client = WireClient.connect(gateway.postern().address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      doing.accept(client);
    }
    assertThat(gateway.verify().findings()).isEmpty();
    return gateway;
  }

  private static byte[] rows(String rows) {
    return copyData(rows.getBytes(StandardCharsets.UTF_8));
  }

  private static void copyBegins(WireClient client) {
    client.send(parse("", COPY), bind("", ""), describePortal(""), execute("", 0), sync());
    assertThat(WireMessage.types(client.receiveUntil('G'))).isEqualTo("12nG");
  }

  @ParameterizedTest
  @EnumSource
  void copiesAsLibpqDoesThem(Mode mode) throws Exception {
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              copyBegins(client);
              client.send(rows("1\n2\n"), copyDone(), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("CZ");
              copyBegins(client);
              client.send(rows("bad\n"), copyDone(), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
              copyBegins(client);
              client.send(rows("bad\n"));
              assertThat(WireMessage.types(client.receiveUntil('E'))).isEqualTo("E");
              client.send(copyFail("so it is"), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("Z");
              copyBegins(client);
              client.send(rows("3\n"), copyFail("enough"), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
              assertThat(client.queryOne("SELECT 'on'")).isEqualTo("on");
            });
    assertThat(gateway.statements())
        .containsExactly(
            "completed COPY 2: " + COPY,
            "failed 22P02: " + COPY,
            "failed 22P02: " + COPY,
            "failed 57014: " + COPY,
            "completed SELECT 1: SELECT 'on'");
  }

  @ParameterizedTest
  @EnumSource
  void aStrayEndOfACopyShiftsNoResult(Mode mode) throws Exception {
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(
                  unnamed("SELECT 1/0"),
                  sync(),
                  copyDone(),
                  unnamed("SELECT 2"),
                  sync(),
                  copyFail("stray"),
                  query("SELECT 3"));
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("1EZ");
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12DCZ");
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("TDCZ");
            });
    assertThat(gateway.statements())
        .containsExactly(
            "failed 22012: SELECT 1/0",
            "completed SELECT 1: SELECT 2",
            "completed SELECT 1: SELECT 3");
  }

  @ParameterizedTest
  @EnumSource
  void noTextIsOnRecordThatDidNotRun(Mode mode) throws Exception {
    String run = "DELETE FROM audit_it.sink";
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(parse("s", run), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("1Z");
              // Fails: there is one of this name.
              client.send(parse("s", "SELECT 'refused'"), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
              // Is skipped.
              client.send(parse("x", "SELEC"), parse("", "SELECT 'skipped'"), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("EZ");
              client.send(bind("", "s"), execute("", 0), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("2CZ");
            });
    assertThat(gateway.statements()).singleElement().asString().endsWith(": " + run);
  }

  @ParameterizedTest
  @EnumSource
  void aNameThatSqlHasGivenToSomethingElseIsNotKnown(Mode mode) throws Exception {
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(parse("s", "SELECT 'harmless'"), sync());
              client.receiveUntil('Z');
              client.send(
                  query("DEALLOCATE s; PREPARE s AS DELETE FROM audit_it.sink"),
                  bind("", "s"),
                  execute("", 0),
                  sync());
              client.receiveUntil('Z');
              client.receiveUntil('Z');
            });
    assertThat(gateway.records("statement"))
        .extracting(record -> record.getString("sql"))
        .containsExactly("DEALLOCATE s; PREPARE s AS DELETE FROM audit_it.sink", "(unknown)");
    assertThat(gateway.records("prepared"))
        .extracting(record -> record.getString("sql"))
        .containsExactly("SELECT 'harmless'");
  }

  /** EXECUTE runs any statement that the protocol has prepared, and not only queries. */
  @ParameterizedTest
  @EnumSource
  void aNameThatSqlGivesByExecutingAPreparedStatementIsNotKnown(Mode mode) throws Exception {
    String run = "DELETE FROM audit_it.sink";
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(parse("s", "SELECT 'harmless'"), parse("d", "DEALLOCATE s"));
              client.send(parse("p", "PREPARE s AS " + run), sync());
              client.receiveUntil('Z');
              client.query("EXECUTE d");
              client.query("EXECUTE p");
              client.send(bind("", "s"), execute("", 0), sync());
              client.receiveUntil('Z');
            });
    assertThat(gateway.records("statement").getLast().getString("sql")).isEqualTo("(unknown)");
  }

  @ParameterizedTest
  @EnumSource
  void whatADeferredConstraintUndoesIsSaidToHaveFailed(Mode mode) throws Exception {
    String insert = "INSERT INTO audit_it.late VALUES (1), (1)";
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(unnamed(insert), sync());
              assertThat(WireMessage.types(client.receiveUntil('Z'))).isEqualTo("12CEZ");
            });
    assertThat(gateway.statements())
        .containsExactly("completed INSERT 0 2, failed 23505: " + insert);
  }

  /** Whether the server has come to the Sync before the bad row or behind it, nobody can tell. */
  @ParameterizedTest
  @EnumSource
  void nothingIsSaidToBeSkippedThatMayHaveRun(Mode mode) throws Exception {
    String run = "INSERT INTO audit_it.sink VALUES (1234)";
    AuditedGateway gateway =
        after(
            mode,
            client -> {
              client.send(parse("", COPY), bind("", ""), execute("", 0), FrontendPackets.flush());
              assertThat(WireMessage.types(client.receiveUntil('G'))).isEqualTo("12G");
              client.send(rows("bad\n"), sync(), copyDone(), unnamed(run), sync());
              client.expectFatal("08P01");
            });
    assertThat(gateway.statements()).containsExactly("aborted: " + COPY, "aborted: " + run);
  }
}
