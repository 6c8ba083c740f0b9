package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SessionRegistryTest {
  private final SessionRegistry registry =
      new SessionRegistry(new SessionLimits(10, 0, 0, /* logins= */ 2, 0));
  private final List<String> closed = new ArrayList<>();

  private void start(String name) {
    registry.loginStarted(login(name));
  }

  private TestLogin login(String name) {
    return new TestLogin(name, closed);
  }

  private record TestLogin(String name, List<String> closed) implements SessionRegistry.Login {
    @Override
    public void pushOut() {
      closed.add(name + " pushed out");
    }

    @Override
    public void cutOff() {
      closed.add(name + " cut off");
    }

    @Override
    public void revoke(String user) {
      closed.add(name + " revoked");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof TestLogin login && login.name.equals(name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  @Test
  void closesTheEldestLoginWhereThereAreTooMany() {
    start("a");
    start("b");
    start("c");
    assertThat(closed).containsExactly("a pushed out");
    assertThat(registry.logins()).isEqualTo(2);
  }

  @Test
  void letsNobodyPushOutALoginThatHasItsPlace() {
    start("a");
    registry.loginAdmitted(login("a"));
    start("b");
    start("c");
    start("d");
    assertThat(closed).containsExactly("b pushed out");
    registry.cutOffLogins();
    assertThat(closed)
        .containsExactlyInAnyOrder("a cut off", "b pushed out", "c cut off", "d cut off");
    registry.loginEnded(login("a"));
    assertThat(registry.logins()).isEqualTo(2);
  }
}
