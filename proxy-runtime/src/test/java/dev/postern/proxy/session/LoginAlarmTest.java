package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.plugin.Asked;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoginAlarmTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Thread> givenUp = new ArrayList<>();
  private final LoginAlarm alarm =
      new LoginAlarm(
          new BlockingChannel(channel, Deadline.in(Duration.ofMinutes(1))),
          new Asked(),
          givenUp::add);

  @Test
  void interruptsALoginThatIsLateThenGivesItUpAndThenClosesItsConnection() {
    alarm.watch(Thread.currentThread());
    pass(59);
    assertThat(Thread.interrupted()).isFalse();
    pass(2);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(alarm.hasRung()).isTrue();
    assertThat(givenUp).isEmpty();
    pass(1);
    assertThat(givenUp).containsExactly(Thread.currentThread());
    assertThat(alarm.endsItself()).as("too late").isFalse();
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertThat(givenUp).hasSize(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void givesUpNoLoginThatIsAboutToEnd() {
    alarm.watch(Thread.currentThread());
    pass(61);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(alarm.endsItself()).isTrue();
    pass(2);
    assertThat(givenUp).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void givesUpNoLoginThatIsLateAndHasEnded() {
    alarm.watch(Thread.currentThread());
    pass(61);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(alarm.stop()).isFalse();
    pass(2);
    assertThat(givenUp).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void interruptsALoginThatIsCutOffAndThenClosesItsConnection() {
    alarm.watch(Thread.currentThread());
    alarm.cutOff();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(alarm.isCutOff()).isTrue();
    assertThat(alarm.hasRung()).isFalse();
    assertThat(channel.isOpen()).isTrue();
    pass(1);
    assertThat(givenUp).hasSize(1);
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void interruptsALoginThatGetsItsThreadTooLate() {
    pass(61);
    assertThat(alarm.hasRung()).isTrue();
    assertThat(alarm.watch(Thread.currentThread())).isNull();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void closesTheConnectionAlsoWhereTheLoginCannotBeGivenUp() {
    new LoginAlarm(
        new BlockingChannel(channel, Deadline.in(Duration.ofMinutes(1))),
        new Asked(),
        _ -> {
          throw new OutOfMemoryError("no thread");
        });
    alarm.stop();
    pass(61);
    pass(1);
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void isRevokedWithItsOwnUserOnly() {
    alarm.revoke("alice");
    alarm.user("alice");
    alarm.revoke("bob");
    assertThat(alarm.isRevoked()).isFalse();
    alarm.revoke("alice");
    assertThat(alarm.isRevoked()).isTrue();
  }

  @Test
  void leavesALoginAloneThatWasInTime() {
    alarm.watch(Thread.currentThread());
    assertThat(alarm.stop()).isTrue();
    pass(70);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(channel.isOpen()).isTrue();
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runPendingTasks();
  }
}
