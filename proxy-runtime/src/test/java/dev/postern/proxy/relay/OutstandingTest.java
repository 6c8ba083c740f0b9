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

  @Test
  void expectsAnAnswerToEachSyncThatACopyMayHaveFailedBefore() {
    failedCopy();
    assertThat(outstanding.isSkipping()).isTrue();
    assertThat(outstanding.isReadyInDoubt()).isTrue();
    assertThat(outstanding.isSkipping()).isFalse();
    assertThat(outstanding.isSettled()).isTrue();
    assertThat(outstanding.isReadyInDoubt()).isFalse();
  }

  @Test
  void expectsNoMoreOfThemWhenSomethingBehindThemIsAnswered() {
    failedCopy();
    request('S');
    request('Q');
    assertThat(outstanding.isReadyInDoubt()).isFalse(); // of the Sync behind the COPY
    answered();
    assertThat(outstanding.isDoubtful()).isTrue();
    outstanding.answered();
    assertThat(outstanding.isReadyInDoubt()).isFalse();
  }

  @Test
  void takesNoneOfThemForTheAnswerToAQueryThatHasNone() {
    failedCopy();
    request('S');
    request('Q');
    assertThat(outstanding.isReadyInDoubt()).isFalse();
    answered();
    assertThat(outstanding.isReadyInDoubt()).isTrue();
    assertThat(outstanding.isDoubtful()).isFalse();
  }

  @Test
  void takesTheAnswerToAQueryThatHasFailedForNoneOfThem() {
    request('Q');
    progress.copyInBegan();
    outstanding.copyInBegan();
    request('S');
    progress.copyInEnded();
    outstanding.failed();
    assertThat(outstanding.isReadyInDoubt()).isFalse();
    answered();
    assertThat(outstanding.isReadyInDoubt()).isTrue();
  }

  @Test
  void cannotTellWhetherWhatIsSentBehindSuchASyncIsSkipped() {
    failedCopy();
    assertThat(outstanding.isUncertain((byte) 'P')).isTrue();
    assertThat(outstanding.isUncertain((byte) 'c')).isFalse();
    assertThat(outstanding.isUncertain((byte) 'S')).isFalse();
    request('S');
    assertThat(outstanding.isUncertain((byte) 'P')).isFalse();
  }

  @Test
  void hasNoDoubtAboutTheSyncsOfACopyThatSucceeds() {
    request('E');
    progress.copyInBegan();
    outstanding.copyInBegan();
    request('S');
    request('c');
    outstanding.copyInEnded();
    answered();
    outstanding.failed();
    assertThat(outstanding.isDoubtful()).isFalse();
  }

  /** By the extended protocol, with a Sync among its rows; the Sync behind it is yet to come. */
  private void failedCopy() {
    request('E');
    progress.copyInBegan();
    outstanding.copyInBegan();
    request('S');
    progress.copyInEnded();
    outstanding.failed();
    answered();
    outstanding.skips();
  }

  private void request(char type) {
    outstanding.requested((byte) type, null);
  }

  private void answered() {
    outstanding.queue.remove();
  }
}
