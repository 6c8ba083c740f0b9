package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.pool.Pool;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A COPY that fails is answered as by the server itself, wherever the Syncs around it are; what
 * comes behind it, too, and the connection serves others.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("versions")
final class FailedCopyIT {
  private static final String ROLE = "failed_copy_role";
  private static final Map<String, WireCases.Script> CASES = FailedCopyCases.all();

  private final PostgresServer server;

  FailedCopyIT(int version) {
    server = PostgresServer.shared(version);
    server.createRole(ROLE, Pools.PASSWORD);
    server.execute(
        "CREATE TABLE IF NOT EXISTS filled (n int)",
        "CREATE TABLE IF NOT EXISTS sealed (n int)",
        """
        CREATE OR REPLACE FUNCTION refuse_rows() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'sealed'; END $$""",
        "DROP TRIGGER IF EXISTS refuse ON sealed",
        """
        CREATE TRIGGER refuse BEFORE INSERT ON sealed
          FOR EACH STATEMENT EXECUTE FUNCTION refuse_rows()""",
        "GRANT ALL ON filled, sealed TO " + ROLE);
  }

  static List<Integer> versions() {
    return PostgresServer.versions();
  }

  static Stream<Arguments> modes() {
    return Stream.of(Pooling.Mode.DEDICATED, Pooling.Mode.SESSION, Pooling.Mode.TRANSACTION)
        .flatMap(mode -> Stream.of(false, true).map(decided -> Arguments.of(mode, decided)));
  }

  @ParameterizedTest(name = "{0}, with an interceptor that decides: {1}")
  @MethodSource("modes")
  void isAnsweredAsByTheServerItself(Pooling.Mode mode, boolean decided) {
    try (RunningPostern postern = builder(mode, decided).start()) {
      postern.importUser(server, ROLE);
      CASES.forEach(
          (name, script) -> {
            try {
              play(Way.through(postern, ROLE), script)
                  .expectSameAs(play(Way.direct(server, ROLE), script));
            } catch (AssertionError e) {
              throw new AssertionError(name + ": " + e.getMessage(), e);
            }
          });
    }
  }

  private static Transcript play(Way way, WireCases.Script script) {
    Transcript transcript = new Transcript();
    try (WireSession client = new WireSession("1", way.wire(), transcript);
        WireSession other = new WireSession("2", way.wire(), transcript)) {
      script.play(client, other);
      other.query("SELECT 'of another client'");
      client.query("SELECT 'behind'");
      other.exchange(unnamed("SELECT 'of another client'"), sync());
      client.exchange(parse("s", "SELECT $1::text"), bind("", "s", "x"), execute("", 0), sync());
      return transcript;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("%s, after %s".formatted(e.getMessage(), transcript.tail()), e);
    }
  }

  /** The server may skip it, or not: nobody knows whether it had read the Sync before the row. */
  @Test
  void endsASessionThatGoesOnWithoutASync() {
    byte[] wrong = copyData("no number\n".getBytes(StandardCharsets.US_ASCII));
    try (RunningPostern postern = builder(Pooling.Mode.TRANSACTION, false).start()) {
      postern.importUser(server, ROLE);
      try (WireClient client = Way.through(postern, ROLE).wire()) {
        client.send(unnamed("COPY filled FROM STDIN"), sync());
        client.receiveUntil('G');
        client.send(wrong);
        client.expect('E');
        client.send(parse("s", "SELECT 1"), sync());
        assertThat(client.expectFatal("08P01").text())
            .contains("which answer belongs to which message");
      }
      Pool pool = postern.server().pools().all().iterator().next();
      await().until(() -> pool.idle() == pool.open());
      try (WireClient next = Way.through(postern, ROLE).wire()) {
        Pools.expectServed(next, 2);
      }
    }
  }

  private PosternBuilder builder(Pooling.Mode mode, boolean decided) {
    Pooling pooling =
        switch (mode) {
          case DEDICATED -> Pooling.DEDICATED;
          case SESSION -> Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(2));
          default -> Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(1));
        };
    PosternBuilder builder = RunningPostern.builder().backend(server, pooling);
    if (decided) {
      builder.interceptor(
          "decider",
          (session, interests) ->
              interests
                  .interceptFrontend(Query.class, query -> Verdict.forward())
                  .interceptFrontend(Parse.class, parse -> Verdict.forward()));
    }
    return builder;
  }
}
