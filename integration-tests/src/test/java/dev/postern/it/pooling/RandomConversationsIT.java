package dev.postern.it.pooling;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Messages in any order, right or wrong, are answered through a small pool as they are by the
 * server itself. For longer conversations set {@code postern.it.conversations.seconds}, to repeat
 * them {@code postern.it.conversations.seed}.
 */
final class RandomConversationsIT {
  private static final String ROLE = "conversation_role";
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("postern.it.conversations.seconds", 15));
  private static final long SEED =
      Long.getLong("postern.it.conversations.seed", System.nanoTime() % 1_000_000);

  /** So few that statements have to go all the time. */
  private static final Pooling POOLING =
      Pools.transactions(3).with(pool -> pool.preparedStatements(2));

  @Test
  void areTheSameThroughAPool() {
    try (PostgresServer server = PostgresServer.builder().start();
        RunningPostern postern = Pools.before(server, POOLING)) {
      Pools.createRole(server, postern, ROLE);
      server.execute(
          "CREATE TABLE conformance (id int PRIMARY KEY, name text)",
          "GRANT ALL ON conformance TO " + ROLE);
      Way direct = Way.direct(server, ROLE);
      Way through = Way.through(postern, ROLE);
      try (Neighbours _ = Neighbours.of(through, 2)) {
        long deadline = System.nanoTime() + TIME.toNanos();
        long seed = SEED;
        while (System.nanoTime() < deadline) {
          compare(server, direct, through, seed++);
        }
        Report.say("random conversations: %d from seed %d".formatted(seed - SEED, SEED));
      }
    }
  }

  private static void compare(PostgresServer server, Way direct, Way through, long seed) {
    RandomScript script = new RandomScript(seed);
    try {
      Transcript expected = play(server, direct, script);
      play(server, through, new RandomScript(seed)).expectSameAs(expected);
    } catch (AssertionError e) {
      throw new AssertionError(
          "seed %d: %s%nsaid: %s".formatted(seed, e.getMessage(), script.said()), e);
    }
  }

  private static Transcript play(PostgresServer server, Way way, RandomScript script) {
    server.execute("SET lock_timeout = '10s'", "TRUNCATE conformance");
    Transcript transcript = new Transcript();
    try (WireSession client = new WireSession("", way.wire(), transcript)) {
      script.play(client);
      script.leave(client);
      return transcript;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("%s, after %s".formatted(e.getMessage(), transcript.tail()), e);
    }
  }
}
