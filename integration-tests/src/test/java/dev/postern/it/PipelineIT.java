package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code Pipeline} and {@code SessionNames} say of a session, beside what real servers say of
 * it. A failure names its seed, which {@code -Dpostern.pipeline.seed} takes; {@code
 * -Dpostern.pipeline.rounds} is for longer runs.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("versions")
final class PipelineIT {
  private static final int ROUNDS = Integer.getInteger("postern.pipeline.rounds", 250);
  private static final long SEED = Long.getLong("postern.pipeline.seed", new Random().nextLong());

  /** How a conversation reaches the server. */
  enum Segments {
    ALL_AT_ONCE,
    ONE_BY_ONE,
    SOME_TOGETHER
  }

  private final PostgresServer server;

  PipelineIT(int version) {
    server = PostgresServer.shared(version);
    server.execute(
        "DROP SCHEMA IF EXISTS pipeline_it CASCADE",
        "CREATE SCHEMA pipeline_it",
        "CREATE TABLE pipeline_it.sink (t text)",
        "CREATE TABLE pipeline_it.strict (n int)",
        "CREATE TABLE pipeline_it.triggered (t text)",
        "CREATE TABLE pipeline_it.late (t text)",
        "CREATE VIEW pipeline_it.shown AS SELECT 1 AS n",
        """
        CREATE FUNCTION pipeline_it.refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'refused'; END $$""",
        """
        CREATE FUNCTION pipeline_it.refuse_late() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'late %', NEW.t; END $$""",
        """
        CREATE TRIGGER refuse BEFORE INSERT ON pipeline_it.triggered
          FOR EACH STATEMENT EXECUTE FUNCTION pipeline_it.refuse()""",
        """
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON pipeline_it.late
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pipeline_it.refuse_late()""");
  }

  static List<Integer> versions() {
    return PostgresServer.versions();
  }

  @ParameterizedTest
  @EnumSource
  void whoeverSaysWhateverIsAnsweredByWhatItIsSaidToBeOrTheOrderIsLost(Segments segments) {
    int compared = 0;
    int lost = 0;
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      try (WatchedSession session = new WatchedSession(server)) {
        Random random = new Random(seed);
        send(segments, random, new HostileTalk(random).messages(), session);
        session.finish();
        compared += session.compared();
        lost += session.isLost() ? 1 : 0;
      } catch (AssertionError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
      }
    }
    assertThat(compared).as("what could be compared").isGreaterThanOrEqualTo(ROUNDS / 2);
    assertThat(lost).as("how often the order was lost").isLessThanOrEqualTo((ROUNDS + 1) / 2);
  }

  private static void send(
      Segments segments, Random random, List<Said> messages, WatchedSession session) {
    switch (segments) {
      case ALL_AT_ONCE -> session.send(messages);
      case ONE_BY_ONE -> {
        for (Said message : messages) {
          session.send(message, Said.flush());
          session.poll(1);
        }
      }
      case SOME_TOGETHER -> {
        for (int at = 0; at < messages.size(); ) {
          int end = Math.min(messages.size(), at + 1 + random.nextInt(5));
          session.send(messages.subList(at, end));
          if (random.nextBoolean()) {
            session.poll(1);
          }
          at = end;
        }
      }
    }
  }

  /** The server itself says that it runs another text under the name. */
  @Test
  void aNameThatSqlHasGivenByExecutingAPreparedStatementIsNotKnown() {
    try (WatchedSession session = new WatchedSession(server)) {
      session.send(Said.parse("s", "SELECT 't1z'"), Said.parse("d", "DEALLOCATE s"));
      session.send(Said.parse("p", "PREPARE s AS SELECT 't2z'"), Said.sync());
      session.takeReadies(1);
      session.send(Said.query("EXECUTE d"), Said.query("EXECUTE p"));
      session.takeReadies(3);
      assertThat(session.errors()).isZero();
      session.send(Said.bind("", "s"), Said.execute("", 0), Said.sync());
      session.takeReadies(4);
      assertThat(session.unknown()).isPositive();
      session.finish();
    }
  }

  @Test
  void theOrderAndTheNamesOfHonestClientsAreAlwaysKnown() {
    int compared = 0;
    for (long seed = SEED; seed < SEED + ROUNDS; seed++) {
      try (WatchedSession session = new WatchedSession(server)) {
        new HonestTalk(new Random(seed), session).talk();
        session.finish();
        assertThat(session.isLost()).as(session.history()).isFalse();
        assertThat(session.unknown()).as(session.history()).isZero();
        compared += session.compared();
      } catch (AssertionError e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e.getMessage()), e);
      }
    }
    assertThat(compared).as("what could be compared").isGreaterThanOrEqualTo(ROUNDS / 2);
  }
}
