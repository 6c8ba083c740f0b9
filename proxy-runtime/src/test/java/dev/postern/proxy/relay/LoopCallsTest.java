package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoopCallsTest {
  private final LoopCalls calls = LoopCalls.ofThisThread();

  @Test
  void aCallThatIsNotStoppedEndsWell() {
    long call = calls.begin();
    assertThat(calls.underWay()).isEqualTo(call);
    calls.suspect(call);
    assertThat(calls.end(call)).isFalse();
    assertThat(calls.underWay()).isZero();
  }

  @Test
  void aStoppedCallIsInterruptedOnceAndWhatTheLoopDoesNextIsNot() {
    long call = calls.begin();
    calls.suspect(call);
    assertThat(calls.stop(call)).isTrue();
    assertThat(calls.stop(call)).isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(calls.end(call)).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();

    assertThat(calls.end(calls.begin())).isFalse();
  }

  @Test
  void aCallThatIsOverIsNotStoppedNorTheOneAfterIt() {
    long over = calls.begin();
    calls.suspect(over);
    assertThat(calls.end(over)).isFalse();
    assertThat(calls.stop(over)).isFalse();
    long next = calls.begin();
    assertThat(calls.stop(over)).isFalse();
    assertThat(calls.end(next)).isFalse();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
