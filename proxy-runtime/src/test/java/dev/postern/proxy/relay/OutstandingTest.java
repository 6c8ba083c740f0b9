package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OutstandingTest {
  private final Progress progress = new Progress();
  private final Outstanding outstanding = new Outstanding(progress);

  @Test
  void isNotSettledBeforeTheSyncOfWhatWasBegun() {
    request('P');
    answered();
    assertThat(outstanding.queue.isEmpty()).isTrue();
    assertThat(outstanding.isSettled()).isFalse();
    request('S');
    answered();
    assertThat(outstanding.isSettled()).isTrue();
  }

  @Test
  void awaitsNoAnswerToWhatTheServerSkips() {
    outstanding.skips();
    request('B');
    request('E');
    assertThat(outstanding.queue.isEmpty()).isTrue();
    request('S');
    assertThat(outstanding.isSkipping()).isFalse();
    assertThat(outstanding.queue.cycles()).isOne();
  }

  @Test
  void awaitsTheAnswerToASyncBehindRowsThatWereSentAhead() {
    request('Q');
    request('c');
    progress.copyInBegan();
    request('S');
    assertThat(outstanding.queue.cycles()).isEqualTo(2);
  }

  @Test
  void awaitsNoAnswerToASyncThatACopySwallows() {
    progress.copyInBegan();
    request('S');
    assertThat(outstanding.queue.isEmpty()).isTrue();
    request('c');
    request('S');
    assertThat(outstanding.queue.cycles()).isOne();
  }

  @Test
  void awaitsNoAnswerToTheEndOfACopyThatHasFailed() {
    request('c');
    assertThat(outstanding.isSettled()).isTrue();
  }

  @Test
  void countsEveryReadyForQueryThatIsToCome() {
    request('Q');
    request('S');
    assertThat(progress.busy()).isTrue();
    assertThat(outstanding.queue.cycles()).isEqualTo(2);
  }

  private void request(char type) {
    outstanding.requested((byte) type, null);
  }

  private void answered() {
    outstanding.queue.remove();
  }
}
