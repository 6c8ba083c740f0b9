package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How many are let in. */
final class LimitsIT {
  private static final String ROLE = "limits_role";
  private static final String OTHER = "limits_other";

  @BeforeAll
  static void createRoles() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    Gateways.server().createRole(OTHER, Gateways.PASSWORD);
  }

  @Test
  void holdsNoMoreSessionsThanItMay() {
    try (RunningPostern postern = with("limits.sessions", 2)) {
      holdsTwo(postern, OTHER);
    }
  }

  @Test
  void holdsNoMoreSessionsOfOneUser() {
    try (RunningPostern postern = with("limits.sessions-per-user", 2)) {
      holdsTwo(postern, ROLE);
      try (WireClient other = WireClient.connect(postern.address())) {
        other.login(OTHER, Gateways.PASSWORD, "postgres");
      }
    }
  }

  @Test
  void holdsNoMoreSessionsFromOneAddress() {
    try (RunningPostern postern = with("limits.sessions-per-address", 2)) {
      holdsTwo(postern, OTHER);
    }
  }

  @Test
  void pushesOutTheOldestOfTooManyConnectionsThatDoNotLogIn() {
    List<WireClient> silent = new ArrayList<>();
    try (RunningPostern postern = with("limits.logins", 5)) {
      for (int i = 0; i < 5; i++) {
        silent.add(WireClient.connect(postern.address()));
      }
      assertThat(letsIn(postern)).isTrue();
      silent.getFirst().expectEnd();
      silent.getLast().send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      silent.getLast().authenticate(ROLE, Gateways.PASSWORD);
      silent.getLast().greeting();
    } finally {
      silent.forEach(WireClient::close);
    }
  }

  @Test
  void refusesAnAddressThatFailedTooOften() {
    try (RunningPostern postern = with("limits.failed-logins-per-address", 3)) {
      for (int i = 0; i < 3; i++) {
        assertThat(refusal(postern, ROLE, "wrong").sqlState()).isEqualTo("28P01");
      }
      assertThat(refusalAtOnce(postern).sqlState()).isEqualTo("28000");
    }
  }

  /** All have been asked for their proofs before the first one has failed. */
  @Test
  void tellsAnAddressOfNoMoreWrongPasswordsThanItMayHaveHoweverManyItTriesAtOnce() {
    try (RunningPostern postern = with("limits.failed-logins-per-address", 3)) {
      List<String> answers =
          proveAtOnce(postern, Collections.nCopies(40, "wrong")).stream()
              .map(answer -> answer == null ? "let in" : answer.sqlState())
              .toList();

      assertThat(answers).hasSize(40);
      assertThat(answers).filteredOn("28P01"::equals).hasSize(3);
      assertThat(answers).filteredOn("28000"::equals).hasSize(37);
      assertThat(refusalAtOnce(postern).sqlState()).isEqualTo("28000");
    }
  }

  @Test
  void refusesNoRightPasswordBecauseOfOthersThatComeAtTheSameTime() {
    try (RunningPostern postern = with("limits.failed-logins-per-address", 3)) {
      for (String wrong : List.of("wrong", "wronger")) {
        assertThat(refusal(postern, ROLE, wrong).sqlState()).isEqualTo("28P01");
      }

      assertThat(proveAtOnce(postern, Collections.nCopies(40, Gateways.PASSWORD)))
          .hasSize(40)
          .containsOnlyNulls();
      assertThat(refusal(postern, ROLE, "wrong").sqlState()).isEqualTo("28P01");
      assertThat(refusalAtOnce(postern).sqlState()).isEqualTo("28000");
    }
  }

  /** Who has been asked for a password, and has not sent it, is nobody that others wait for. */
  @Test
  void keepsNobodyWaitingBecauseOfClientsThatDoNotSendTheirProof() {
    List<WireClient> silent = new ArrayList<>();
    try (RunningPostern postern = with("limits.failed-logins-per-address", 3)) {
      for (int i = 0; i < 10; i++) {
        WireClient client = asked(postern);
        silent.add(client);
        Logins.proof(client, "wrong");
      }
      assertThat(letsIn(postern)).isTrue();
    } finally {
      silent.forEach(WireClient::close);
    }
  }

  /** The answers to proofs that are sent when each client has been asked for one. */
  private static List<@Nullable WireMessage> proveAtOnce(
      RunningPostern postern, List<String> passwords) {
    List<WireClient> clients = new ArrayList<>();
    try {
      List<String> proofs = new ArrayList<>();
      for (String password : passwords) {
        WireClient client = asked(postern);
        clients.add(client);
        proofs.add(Logins.proof(client, password).clientFinal());
      }
      for (int i = 0; i < clients.size(); i++) {
        clients.get(i).send(FrontendPackets.saslResponse(proofs.get(i)));
      }
      List<@Nullable WireMessage> answers = new ArrayList<>();
      clients.forEach(client -> answers.add(answer(client)));
      return answers;
    } finally {
      clients.forEach(WireClient::close);
    }
  }

  private static WireClient asked(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
    return client;
  }

  /** The error, or {@code null}: it was let in. */
  private static @Nullable WireMessage answer(WireClient client) {
    while (true) {
      WireMessage message = client.receive();
      switch (message.type()) {
        case 'E' -> {
          return message;
        }
        case 'Z' -> {
          return null;
        }
        default -> {}
      }
    }
  }

  private static WireMessage refusalAtOnce(RunningPostern postern) {
    try (WireClient client = asked(postern)) {
      return client.expectError();
    }
  }

  @Test
  void countsASessionUntilItsServerHasStoppedWorkingForIt() {
    CountDownLatch stop = new CountDownLatch(1);
    FakeBackend.Script deafToCancels =
        connection -> {
          if (!connection.startup().isCancelRequest()) {
            connection.greet();
            connection.receive();
            stop.await();
          }
        };
    try (FakeBackend server = FakeBackend.start(deafToCancels);
        RunningPostern postern =
            Gateways.before(server).setting("limits.sessions-per-user", 1).start()) {
      postern.addUser(ROLE, Gateways.PASSWORD);
      WireClient client = WireClient.connect(postern.address());
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      client.send(FrontendPackets.query("SELECT pg_sleep(300)"));
      client.reset();
      await().until(() -> postern.server().registry().sessions().isEmpty());
      assertThat(refusal(postern, ROLE).sqlState()).isEqualTo("53300");
      stop.countDown();
      await()
          .atMost(Duration.ofSeconds(10))
          .ignoreExceptionsInstanceOf(AssertionError.class)
          .until(() -> letsIn(postern));
    }
  }

  private static boolean letsIn(RunningPostern postern) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(ROLE, Gateways.PASSWORD, "postgres");
      return true;
    }
  }

  /** Two sessions are let in, a third is not, and is once one of the two has ended. */
  private static void holdsTwo(RunningPostern postern, String third) {
    try (WireClient first = WireClient.connect(postern.address());
        WireClient second = WireClient.connect(postern.address())) {
      first.login(ROLE, Gateways.PASSWORD, "postgres");
      second.login(ROLE, Gateways.PASSWORD, "postgres");
      WireMessage error = refusal(postern, third);
      assertThat(error.severity()).isEqualTo("FATAL");
      assertThat(error.sqlState()).isEqualTo("53300");
      assertThat(first.queryOne("SELECT 1")).isEqualTo("1");

      second.send(FrontendPackets.terminate());
      second.expectEnd();
      await()
          .atMost(Duration.ofSeconds(10))
          .ignoreExceptionsInstanceOf(AssertionError.class)
          .until(() -> letsIn(postern));
    }
  }

  private static WireMessage refusal(RunningPostern postern, String role) {
    return refusal(postern, role, Gateways.PASSWORD);
  }

  private static WireMessage refusal(RunningPostern postern, String role, String password) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", role, "database", "postgres"));
      return Logins.refusal(client, role, password);
    }
  }

  private static RunningPostern with(String setting, int value) {
    RunningPostern postern = Gateways.before(Gateways.server()).setting(setting, value).start();
    postern.importUser(Gateways.server(), ROLE);
    postern.importUser(Gateways.server(), OTHER);
    return postern;
  }
}
