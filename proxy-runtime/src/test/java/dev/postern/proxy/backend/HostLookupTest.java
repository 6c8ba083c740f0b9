package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.channel.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class HostLookupTest {
  private static final Deadline MINUTE = Deadline.in(Duration.ofMinutes(1));

  private final CountDownLatch answer = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void findsWhatTheSystemKnows() throws Exception {
    HostLookup lookup = new HostLookup(InetAddress::getAllByName);
    assertThat(lookup.addresses("localhost", MINUTE)).allMatch(InetAddress::isLoopbackAddress);
    assertThat(lookup.addresses("::1", MINUTE)).hasSize(1);
  }

  @Test
  void saysThatANameIsUnknown() {
    HostLookup lookup =
        new HostLookup(
            host -> {
              throw new UnknownHostException(host);
            });
    assertThatThrownBy(() -> lookup.addresses("nowhere.invalid", MINUTE))
        .isInstanceOf(UnknownHostException.class)
        .hasMessage("nowhere.invalid");
  }

  @Test
  @Timeout(20)
  void waitsForASlowAnswerNoLongerThanItMay() throws Exception {
    HostLookup lookup = new HostLookup(this::slowly);
    for (int i = 0; i < 2; i++) {
      Deadline deadline = Deadline.in(Duration.ofMillis(50));
      assertThatThrownBy(() -> lookup.addresses("slow.example", deadline))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("timed out")
          .hasMessageContaining("slow.example");
    }
    assertThat(asked).hasValue(1);
    answer.countDown();
    assertThat(lookup.addresses("slow.example", MINUTE)).hasSize(1);
  }

  private InetAddress[] slowly(String host) {
    asked.incrementAndGet();
    try {
      answer.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new InetAddress[] {InetAddress.getLoopbackAddress()};
  }
}
