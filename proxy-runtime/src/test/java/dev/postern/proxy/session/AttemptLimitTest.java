package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class AttemptLimitTest {
  private long now;
  private final AttemptLimit limit = new AttemptLimit(2, Duration.ofMinutes(1), () -> now);

  @Test
  void refusesAnAddressUntilTheSpanIsOver() throws Exception {
    fail("192.0.2.1", "192.0.2.1");
    assertThat(isExceeded("192.0.2.1")).isTrue();
    now += Duration.ofMinutes(1).toNanos();
    assertThat(isExceeded("192.0.2.1")).isFalse();
  }

  @Test
  void countsEachAddressOfIpv4ByItself() throws Exception {
    fail("192.0.2.1", "192.0.2.2", "192.0.2.2");
    assertThat(isExceeded("192.0.2.1")).isFalse();
    assertThat(isExceeded("192.0.2.2")).isTrue();
  }

  @Test
  void countsAddressesOfIpv6TogetherThatOneNetworkHas() throws Exception {
    fail("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff");
    assertThat(isExceeded("2001:db8:0:1::2")).isTrue();
    assertThat(isExceeded("2001:db8:0:2::1")).isFalse();
  }

  @Test
  void letsNoMoreAttemptsBeUnderWayThanMayFail() throws Exception {
    assertThat(begin("192.0.2.1").isDone()).isTrue();
    assertThat(begin("192.0.2.1").isDone()).isTrue();
    CompletableFuture<Boolean> third = begin("192.0.2.1");
    assertThat(begin("192.0.2.2").join()).isTrue();

    assertThat(end("192.0.2.1", false)).isFalse();
    assertThat(third.join()).isTrue();
  }

  @Test
  void refusesThoseWhoWaitOnceTheLimitIsReached() throws Exception {
    begin("192.0.2.1");
    begin("192.0.2.1");
    CompletableFuture<Boolean> third = begin("192.0.2.1");
    CompletableFuture<Boolean> fourth = begin("192.0.2.1");

    assertThat(end("192.0.2.1", true)).isFalse();
    assertThat(third.isDone()).isFalse();
    assertThat(end("192.0.2.1", true)).isTrue();
    assertThat(third.join()).isFalse();
    assertThat(fourth.join()).isFalse();
    assertThat(begin("192.0.2.1").join()).isFalse();

    now += Duration.ofMinutes(1).toNanos();
    assertThat(begin("192.0.2.1").join()).isTrue();
  }

  @Test
  void countsAFailureInTheSpanInWhichItsVerdictComes() throws Exception {
    begin("192.0.2.1");
    now += Duration.ofMinutes(2).toNanos();
    end("192.0.2.1", true);
    fail("192.0.2.1");
    assertThat(isExceeded("192.0.2.1")).isTrue();
  }

  /** Whoever gives up waiting takes nobody's turn with it. */
  @Test
  void forgetsWhoIsInterrupted() throws Exception {
    begin("192.0.2.1");
    begin("192.0.2.1");
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<Boolean> third = begin("192.0.2.1", thread);
    CompletableFuture<Boolean> fourth = begin("192.0.2.1");
    thread.join().interrupt();
    await().until(third::isCompletedExceptionally);

    end("192.0.2.1", false);
    assertThat(fourth.join()).isTrue();
  }

  private CompletableFuture<Boolean> begin(String address) throws Exception {
    return begin(address, new CompletableFuture<>());
  }

  /** On a thread of its own, which has begun, or waits, when this returns. */
  private CompletableFuture<Boolean> begin(String address, CompletableFuture<Thread> on)
      throws Exception {
    InetAddress from = InetAddress.getByName(address);
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    begun.complete(limit.begin(from));
                  } catch (InterruptedException e) {
                    begun.completeExceptionally(e);
                  }
                });
    on.complete(thread);
    await().until(() -> begun.isDone() || thread.getState() == Thread.State.WAITING);
    return begun;
  }

  private boolean end(String address, boolean failed) throws UnknownHostException {
    return limit.end(InetAddress.getByName(address), failed);
  }

  private void fail(String... addresses) throws UnknownHostException {
    for (String address : addresses) {
      limit.failed(InetAddress.getByName(address));
    }
  }

  private boolean isExceeded(String address) throws UnknownHostException {
    return limit.isExceeded(InetAddress.getByName(address));
  }
}
