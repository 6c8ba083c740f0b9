package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class HandedNotificationsTest {
  private final EmbeddedChannel busy = new EmbeddedChannel();
  private final AtomicInteger told = new AtomicInteger();
  private final HandedNotifications handed = new HandedNotifications(told::incrementAndGet);

  @Test
  void asksForNoMoreWhileManyWaitForAnEventLoopThatIsBusy() {
    List<Notification> heard = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      assertThat(handed.isFull()).isFalse();
      handed.hand(listener(heard), batch());
    }
    assertThat(handed.isFull()).isTrue();
    assertThat(told).hasValue(0);
    busy.runPendingTasks();
    assertThat(heard).hasSize(12_000);
    assertThat(told).hasPositiveValue();
    assertThat(handed.isFull()).isFalse();
  }

  @Test
  void tellsNobodyThatThereIsRoomWhereItWasNotFull() {
    handed.hand(listener(new ArrayList<>()), batch());
    assertThat(handed.isFull()).isFalse();
    busy.runPendingTasks();
    assertThat(told).hasValue(0);
  }

  private static List<Notification> batch() {
    return Collections.nCopies(4_000, new Notification(1, "channel", Bytes.EMPTY));
  }

  private Listener listener(List<Notification> heard) {
    return new Listener() {
      @Override
      public EventLoop eventLoop() {
        return busy.eventLoop();
      }

      @Override
      public void notified(List<Notification> notifications) {
        heard.addAll(notifications);
      }
    };
  }
}
