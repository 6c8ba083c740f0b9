package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
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

  private void fail(String... addresses) throws UnknownHostException {
    for (String address : addresses) {
      limit.failed(InetAddress.getByName(address));
    }
  }

  private boolean isExceeded(String address) throws UnknownHostException {
    return limit.isExceeded(InetAddress.getByName(address));
  }
}
