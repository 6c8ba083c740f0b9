package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A resolver that never answers for some addresses. */
@Timeout(60)
final class HostNamesTest {
  private static final Duration SHORT = Duration.ofMillis(20);

  /** Nobody waits for it to pass. */
  private static final Duration LONG = Duration.ofSeconds(50);

  private final CountDownLatch answers = new CountDownLatch(1);
  private final AtomicInteger lookups = new AtomicInteger();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void end() {
    answers.countDown();
    clients.shutdownNow();
  }

  /** As the system's: neither answers nor can be interrupted. */
  private String nothing() {
    boolean answered = false;
    while (!answered) {
      try {
        answers.await();
        answered = true;
      } catch (InterruptedException e) {
        // goes on
      }
    }
    return "late.example.com";
  }

  /** Answers for 192.0.2.0/24 only. */
  private HostNames names(Duration timeout) {
    return new HostNames(
        address -> {
          lookups.incrementAndGet();
          return address.getHostAddress().startsWith("192.0.2.") ? "db.example.com" : nothing();
        },
        timeout);
  }

  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private void hang(HostNames names, String address) {
    assertThatThrownBy(() -> names.of(address(address))).isInstanceOf(UndecidedException.class);
  }

  private Future<@Nullable String> asked(HostNames names, String address) {
    return clients.submit(() -> names.of(address(address)));
  }

  /** The time for one is short in some tests, and the machine may be busy. */
  private static void awaitAnswer(HostNames names) {
    await()
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(names.of(address("192.0.2.7"))).isEqualTo("db.example.com"));
  }

  @Test
  void lookUpsThatHangAreInNobodyElsesWay() throws Exception {
    try (HostNames names = names(LONG)) {
      for (int i = 0; i < 50; i++) {
        asked(names, "10.0." + i + ".1");
      }
      await().until(() -> lookups.get() == 50);

      assertThat(names.of(address("192.0.2.7"))).isEqualTo("db.example.com");
    }
  }

  @Test
  void whoAsksWhileALookUpRunsIsToldItsAnswer() throws Exception {
    try (HostNames names = names(LONG)) {
      List<Future<@Nullable String>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(asked(names, "10.0.0.1"));
      }
      await().until(() -> lookups.get() > 0);
      answers.countDown();

      for (Future<@Nullable String> one : all) {
        assertThat(one.get()).isEqualTo("late.example.com");
      }
    }
  }

  @Test
  void anAddressIsNotLookedUpAgainWhileThatHangs() {
    try (HostNames names = names(SHORT)) {
      for (int i = 0; i < 20; i++) {
        hang(names, "10.0.0.1");
      }
      assertThat(lookups).hasValue(1);
    }
  }

  @Test
  void anAddressIsLookedUpAgainOnceThatHasEnded() throws Exception {
    try (HostNames names = names(LONG)) {
      assertThat(names.of(address("192.0.2.7"))).isEqualTo("db.example.com");
      await().until(() -> names.of(address("192.0.2.7")) != null && lookups.get() > 1);
    }
  }

  @Test
  void oneNetworkHoldsNoMoreThanItsShare() throws Exception {
    try (HostNames names = names(SHORT)) {
      for (int i = 0; i < HostNames.MOST_OF_NETWORK; i++) {
        hang(names, "2001:db8:1:" + i + "::1");
      }
      assertThatThrownBy(() -> names.of(address("2001:db8:1:ffff::1")))
          .isInstanceOf(UndecidedException.class)
          .hasMessage(
              "8 look-ups of host names in the network of 2001:db8:1:ffff::1 are not answered");
      assertThat(lookups).hasValue(HostNames.MOST_OF_NETWORK);
      awaitAnswer(names);
    }
  }

  @Test
  void whoComesTooLateForItsNetworksShareHasItsTurnWhenALookUpEnds() throws Exception {
    try (HostNames names = names(LONG)) {
      List<Future<@Nullable String>> all = new ArrayList<>();
      for (int i = 1; i <= 50; i++) {
        all.add(asked(names, "10.0.0." + i));
      }
      await().until(() -> lookups.get() == HostNames.MOST_OF_NETWORK);
      answers.countDown();

      for (Future<@Nullable String> one : all) {
        assertThat(one.get()).isEqualTo("late.example.com");
      }
    }
  }

  @Test
  void noMoreLookUpsRunThanTheMachineBears() throws Exception {
    try (HostNames names = names(Duration.ofMillis(1))) {
      for (int i = 0; i < HostNames.MOST; i++) {
        hang(names, "10." + i / 256 + "." + i % 256 + ".1");
      }
      assertThatThrownBy(() -> names.of(address("192.0.2.7")))
          .isInstanceOf(UndecidedException.class)
          .hasMessage("512 look-ups of host names are not answered");
      answers.countDown();
      awaitAnswer(names);
    }
  }

  @Test
  void aFailureIsForThoseWhoAskedAndNotForTheNext() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (HostNames names =
        new HostNames(
            address -> {
              if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("no memory for that");
              }
              return "db.example.com";
            },
            LONG)) {
      assertThatThrownBy(() -> names.of(address("192.0.2.7")))
          .isInstanceOf(UndecidedException.class)
          .hasMessageContaining("no memory for that");
      await()
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(names.of(address("192.0.2.7"))).isEqualTo("db.example.com"));
    }
  }
}
