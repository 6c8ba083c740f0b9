package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionRegistryTest {
  private final SessionRegistry registry =
      new SessionRegistry(new SessionLimits(10, 0, 0, /* logins= */ 2, 0));
  private final List<String> closed = new ArrayList<>();

  private void start(String login) {
    registry.loginStarted(login, () -> closed.add(login));
  }

  @Test
  void closesTheEldestLoginWhereThereAreTooMany() {
    start("a");
    start("b");
    start("c");
    assertThat(closed).containsExactly("a");
    assertThat(registry.logins()).isEqualTo(2);
  }

  @Test
  void letsNobodyPushOutALoginThatHasItsPlace() {
    start("a");
    registry.loginAdmitted("a");
    start("b");
    start("c");
    start("d");
    assertThat(closed).containsExactly("b");
    registry.closeLogins();
    assertThat(closed).containsExactlyInAnyOrder("a", "b", "c", "d");
    registry.loginEnded("a");
    assertThat(registry.logins()).isEqualTo(2);
  }
}
