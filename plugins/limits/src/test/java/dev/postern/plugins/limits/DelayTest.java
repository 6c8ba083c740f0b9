package dev.postern.plugins.limits;

import static dev.postern.plugins.limits.Play.DONE;
import static dev.postern.plugins.limits.Play.READY;
import static dev.postern.plugins.limits.Play.assertPasses;
import static dev.postern.plugins.limits.Play.refusal;
import static dev.postern.plugins.limits.Play.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.CloseReason;
import dev.postern.testkit.spi.FakeInterests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Limits with {@code action: delay}. */
final class DelayTest {
  private static final Query SELECT = new Query("select 1");
  private static final String IN_TURN =
      "limits: [{name: one, concurrent: 1, action: delay, max-delay: 5s}]";

  @Test
  void whoWaitsGoesOnInTheOrderOfComing() {
    Play play = new Play(IN_TURN);
    FakeInterests first = play.session("first");
    assertPasses(first.onClient(SELECT));
    List<FakeInterests> sessions = new ArrayList<>();
    List<CompletableFuture<Verdict<FrontendMessage>>> waiting = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      FakeInterests session = play.session("user" + i);
      sessions.add(session);
      waiting.add(later(session.onClient(SELECT)));
    }
    assertThat(play.metric("waiting")).isEqualTo(5);
    first.server(DONE, READY);
    for (int i = 0; i < 5; i++) {
      int turn = i;
      await().until(() -> waiting.get(turn).isDone());
      assertPasses(waiting.get(i).join());
      assertThat(waiting.stream().filter(CompletableFuture::isDone)).hasSize(i + 1);
      sessions.get(i).server(DONE, READY);
    }
    run(first, "again");
    assertThat(play.metric("delayed")).isEqualTo(5);
    assertThat(play.metric("waiting")).isZero();
  }

  @Test
  void whoHasAPlaceDoesNotWaitBehindThoseWhoWaitForIt() {
    Play play =
        new Play(
            "limits: [{name: p, concurrent: 1, statements: {rate: 2, per: 1s}, action: delay}]");
    FakeInterests batch = play.session("batch");
    assertPasses(batch.onClient(new Execute("", 0)));
    var waiting = later(play.session("other").onClient(SELECT));
    assertPasses(batch.onClient(new Execute("", 0)));
    var third = later(batch.onClient(new Execute("", 0)));
    play.pass(Duration.ofMillis(510));
    assertPasses(third.join());
    assertThat(waiting).isNotDone();
    batch.client(new Sync()).server(DONE, DONE, DONE, READY);
    play.pass(Duration.ofSeconds(1));
    await().until(waiting::isDone);
    assertPasses(waiting.join());
  }

  @Test
  void whoGoesAheadKeepsNobodyWaitingForLongerThanAllowed() {
    Play play =
        new Play(
            "limits: [{name: p, concurrent: 2, statements: {rate: 1, per: 1s}, action: delay,"
                + " max-delay: 3s}]");
    FakeInterests batch = play.session("batch");
    assertPasses(batch.onClient(new Execute("", 0)));
    var waiting = later(play.session("other").onClient(SELECT));
    for (int i = 0; i < 3; i++) {
      var next = later(batch.onClient(new Execute("", 0)));
      play.pass(Duration.ofMillis(1010));
      assertPasses(next.join());
    }
    assertThat(refusal(waiting.join())).contains("after a wait of 3000 ms");
  }

  @Test
  void thoseWhoGoAheadKeepTheirOrder() {
    Play play =
        new Play(
            "limits: [{name: p, concurrent: 2, statements: {rate: 2, per: 1s}, action: delay}]");
    FakeInterests one = play.session("one");
    FakeInterests two = play.session("two");
    assertPasses(one.onClient(new Execute("", 0)));
    assertPasses(two.onClient(new Execute("", 0)));
    var first = later(one.onClient(new Execute("", 0)));
    var second = later(two.onClient(new Execute("", 0)));
    play.pass(Duration.ofMillis(510));
    assertPasses(first.join());
    assertThat(second).isNotDone();
  }

  @Test
  void nobodyOvertakesThoseWhoWait() {
    Play play =
        new Play(
            "limits: [{name: p, statements: {rate: 1, per: 1s}, action: delay, max-delay: 3s}]");
    FakeInterests one = play.session("one");
    run(one, "a");
    var waiting = later(one.onClient(SELECT));
    var behind = later(play.session("two").onClient(SELECT));
    play.pass(Duration.ofMillis(990));
    assertThat(waiting).isNotDone();
    play.pass(Duration.ofMillis(20));
    assertThat(waiting).isDone();
    assertThat(behind).isNotDone();
    play.pass(Duration.ofSeconds(1));
    assertPasses(behind.join());
  }

  @Test
  void whoHasWaitedForTooLongIsRefused() {
    Play play = new Play(IN_TURN);
    play.session("first").client(SELECT);
    var waiting = later(play.session("alice").onClient(SELECT));
    play.pass(Duration.ofMillis(5010));
    assertThat(refusal(waiting.join()))
        .isEqualTo(
            "limit \"one\" is reached: 1 running at once, after a wait of 5000 ms; try again in 1"
                + " s, or when one has ended");
  }

  @Test
  void whoWouldWaitForTooLongIsRefusedAtOnce() {
    Play play =
        new Play(
            "limits: [{name: p, statements: {rate: 1, per: 1m}, action: delay, max-delay: 3s}]");
    FakeInterests alice = play.session("alice");
    run(alice, "a");
    assertThat(refusal(alice.onClient(SELECT))).endsWith("try again in 60 s");
  }

  @Test
  void aSessionThatEndsWhileItWaitsTakesNothing() {
    Play play = new Play(IN_TURN);
    FakeInterests first = play.session("first");
    first.client(SELECT);
    FakeInterests gone = play.session("gone");
    var abandoned = later(gone.onClient(SELECT));
    FakeInterests next = play.session("next");
    var waiting = later(next.onClient(SELECT));
    gone.close(CloseReason.CLIENT_VANISHED);
    first.server(DONE, READY);
    await().until(waiting::isDone);
    assertPasses(waiting.join());
    assertThat(abandoned).isNotDone();
  }

  private static CompletableFuture<Verdict<FrontendMessage>> later(
      Verdict<FrontendMessage> verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Later.class);
    return ((Verdict.Later<FrontendMessage>) verdict).verdict().toCompletableFuture();
  }
}
