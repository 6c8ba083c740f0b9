package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever may not log in learns nothing about which users exist. */
final class IndistinguishableLoginsIT {
  private static RunningPostern postern;

  @BeforeAll
  static void addUsers() {
    postern = Gateways.before(Gateways.server()).start();
    Instant now = Instant.now();
    Users.add(postern, "known");
    Users.addDisabled(postern, "disabled");
    Users.addValid(postern, "expired", null, now.minus(Duration.ofDays(1)));
    Users.addValid(postern, "tomorrow", now.plus(Duration.ofDays(1)), null);
  }

  @AfterAll
  static void stop() {
    postern.close();
  }

  /** What a refused client sees: what came first, and the error. */
  private record Refusal(String serverFirst, WireMessage error) {
    String salt() {
      return attribute("s=");
    }

    String iterations() {
      return attribute("i=");
    }

    private String attribute(String name) {
      return List.of(serverFirst.split(",", -1)).stream()
          .filter(part -> part.startsWith(name))
          .findFirst()
          .orElseThrow();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown", "disabled", "expired", "tomorrow"})
  void answersAsIfThePasswordOfAKnownUserWereWrong(String user) {
    Map<Character, String> wrongPassword =
        new java.util.LinkedHashMap<>(refuse("known", "wrong").error().fields());
    wrongPassword.replaceAll((field, value) -> value.replace("known", user));
    assertThat(refuse(user, Gateways.PASSWORD).error().fields()).isEqualTo(wrongPassword);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unknown", "disabled", "expired", "tomorrow"})
  void asksWithASaltAndACountThatCouldBeAKnownUsers(String user) {
    Refusal known = refuse("known", "wrong");
    Refusal refused = refuse(user, Gateways.PASSWORD);
    assertThat(refused.iterations()).isEqualTo(known.iterations());
    assertThat(decoded(refused.salt())).hasSameSizeAs(decoded(known.salt()));
  }

  @Test
  void asksTheSameUnknownUserWithTheSameSaltAgain() {
    assertThat(refuse("unknown", "a").salt()).isEqualTo(refuse("unknown", "b").salt());
    assertThat(refuse("unknown", "a").salt()).isNotEqualTo(refuse("another", "a").salt());
  }

  @Test
  void keepsTheSaltOfUnknownUsersOverARestart() {
    RunningPostern own = Gateways.before(Gateways.server()).start();
    try (own) {
      String before = refuse(own, "unknown", "a").salt();
      own.restart();
      assertThat(refuse(own, "unknown", "a").salt()).isEqualTo(before);
    }
  }

  @Test
  void takesAboutTheSameTimeForBoth() {
    List<Long> known = new ArrayList<>();
    List<Long> unknown = new ArrayList<>();
    for (int round = 0; round < 40; round++) {
      known.add(timed("known"));
      unknown.add(timed("unknown"));
    }
    long gap = Math.abs(median(known) - median(unknown));
    long bound = Math.max(Duration.ofMillis(10).toNanos(), median(known) / 4);
    assertThat(gap).isLessThan(bound);
  }

  private static long timed(String user) {
    long start = System.nanoTime();
    refuse(user, "wrong");
    return System.nanoTime() - start;
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static Refusal refuse(String user, String password) {
    return refuse(postern, user, password);
  }

  private static Refusal refuse(RunningPostern postern, String user, String password) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", user, "database", "postgres"));
      String serverFirst = Logins.scram(client, password);
      return new Refusal(serverFirst, client.expectFatal("28P01"));
    }
  }

  private static byte[] decoded(String salt) {
    return Base64.getDecoder().decode(salt.substring(2));
  }
}
