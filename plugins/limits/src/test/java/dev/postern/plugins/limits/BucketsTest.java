package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Query;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.spi.FakeInterests;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BucketsTest {
  private static final String YAML =
      "{max-buckets: 16, limits: [{name: f, by: [user], statements: {rate: 2, per: 1m}}]}";

  private static void use(Play play, String user) {
    FakeInterests session = play.session(user);
    Play.run(session, "select 1");
    session.close(CloseReason.CLIENT_TERMINATED);
  }

  @Test
  void fullOnesAreForgotten() {
    Play play = new Play(YAML);
    use(play, "alice");
    assertThat(play.metric("buckets")).isEqualTo(1);
    play.pass(Duration.ofSeconds(29));
    assertThat(play.metric("buckets")).isEqualTo(1);
    play.pass(Duration.ofSeconds(31));
    assertThat(play.metric("buckets")).isZero();
  }

  @Test
  void thereAreNeverMoreThanConfigured() {
    Play play = new Play(YAML);
    for (int i = 0; i < 1000; i++) {
      use(play, "user" + i);
      play.pass(Duration.ofMillis(1));
    }
    assertThat(play.metric("buckets")).isLessThanOrEqualTo(16);
  }

  @Test
  void thoseOfSessionsAreKeptAndNewcomersShareOne() {
    Play play = new Play(YAML);
    FakeInterests alice = play.session("alice");
    Play.run(alice, "a");
    Play.run(alice, "b");
    for (int i = 0; i < 15; i++) {
      play.session("user" + i).client(new Query("select 1"));
    }
    Play.run(play.session("late"), "a");
    Play.run(play.session("later"), "b");
    Play.refusal(play.session("last").onClient(new Query("select 1")));
    assertThat(Play.refusal(alice.onClient(new Query("select 1")))).contains("alice");
    assertThat(play.metric("buckets")).isLessThanOrEqualTo(17);
  }

  @Test
  void aSessionWithManyStatementsKeepsFewBuckets() {
    Play play = new Play("limits: [{name: f, by: [fingerprint], statements: {rate: 2, per: 1s}}]");
    FakeInterests alice = play.session("alice");
    for (int i = 0; i < 1000; i++) {
      Play.run(alice, "select a" + i);
    }
    play.pass(Duration.ofSeconds(31));
    assertThat(play.metric("buckets")).isLessThanOrEqualTo(65);
    alice.close(CloseReason.CLIENT_TERMINATED);
    play.pass(Duration.ofSeconds(31));
    assertThat(play.metric("buckets")).isZero();
  }
}
