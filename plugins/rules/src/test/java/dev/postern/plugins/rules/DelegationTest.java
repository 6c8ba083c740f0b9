package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class DelegationTest {
  @Test
  void md5MeansScram() throws Exception {
    assertThat(Setup.outcome(Setup.rules("host all all all md5"), "192.0.2.7", "alice", "app"))
        .isEqualTo("scram");
  }

  @Test
  void anotherNameIsRefusedWhereAnotherLineIsForIt() throws Exception {
    var rules = Setup.rules("host all alice all reject", "host all all all ldap");
    Secret password = Secret.ofPassword("p".toCharArray());
    var exchange =
        Setup.exchange("192.0.2.7", null, Samples.startup("ALICE", "app"))
            .delegating("directory", AuthenticatedUser.named("alice").withRole(null, password));

    assertThat(Setup.outcome(rules, exchange))
        .isEqualTo("28000 authentication failed for user \"ALICE\"");
  }

  @Test
  void anotherNameIsTakenWhereTheSameLineIsForIt() throws Exception {
    var rules = Setup.rules("host all all all ldap");
    var exchange =
        Setup.exchange("192.0.2.7", null, Samples.startup("ALICE", "app"))
            .delegating("directory", AuthenticatedUser.named("alice"));

    assertThat(rules.authenticate(exchange).name()).isEqualTo("alice");
  }

  @Test
  void theLogSaysWhichLineRefused() throws Exception {
    var rules = Setup.rules("host all bob all trust", "host all all all reject");
    var exchange = Setup.exchange("192.0.2.7", null, Samples.startup("alice", "app"));

    assertThatThrownBy(() -> rules.authenticate(exchange)).hasMessage("rejected by rules:2");
  }

  @Test
  void aLookUpThatDoesNotEndRefusesTheLogin() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RulesConfig config =
        new RulesConfig(
            null,
            List.of("host all all .example.com reject", "host all all all trust"),
            null,
            null,
            null);
    try (HostNames names =
        new HostNames(
            address -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return null;
            },
            Duration.ofMillis(50))) {
      var rules =
          new RulesAuthenticator(
              new RulesInService(config, FakePluginContext.named("rules")),
              names,
              "rules",
              Set.of());

      assertThat(Setup.outcome(rules, "192.0.2.7", "alice", "app"))
          .isEqualTo("28000 authentication is not available now");
    }
  }

  @Test
  void theSystemKnowsItsOwnName() {
    assertThat(HostNames.ofSystem(java.net.InetAddress.ofLiteral("127.0.0.1"))).isNotNull();
  }
}
