package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.postern.api.FailureKind;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that only their issuer can read. */
final class IntrospectionTest {
  private static final String SECRET = "a secret & more";

  @TempDir Path home;

  private final TestIssuer issuer = TestIssuer.started();
  private final Queue<String> questions = new ConcurrentLinkedQueue<>();
  private final Map<String, Object> answer = new HashMap<>();
  private final List<Setup> made = new ArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    Path file = Files.writeString(home.resolve("introspection.secret"), SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    answer.put("active", true);
    answer.put("sub", "alice");
    answer.put("aud", "postern");
    answer.put("scope", "postgres");
    answer.put("exp", Instant.now().getEpochSecond() + 300);
    issuer.answersAt(
        address(),
        exchange -> {
          questions.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          TestIssuer.send(exchange, 200, JSONObjectUtils.toJSONString(answer));
        });
  }

  @AfterEach
  void close() throws Exception {
    for (Setup setup : made) {
      setup.close();
    }
    issuer.close();
  }

  private String address() {
    return issuer.issuer() + "/introspect";
  }

  private Setup setup(String... more) throws Exception {
    Setup setup =
        Setup.of(
            home,
            issuer,
            """
            introspection:
              address: %s
              client-id: "postern:1"
              client-secret: {file: introspection.secret}
            %s
            """
                .formatted(address(), String.join("\n", more)));
    made.add(setup);
    return setup;
  }

  @Test
  void theIssuerSaysWhomATokenLetsIn() throws Exception {
    assertThat(setup().logIn("alice", "opaque+/=").name()).isEqualTo("alice");
    String credentials =
        Base64.getEncoder()
            .encodeToString("postern%3A1:a+secret+%26+more".getBytes(StandardCharsets.US_ASCII));
    assertThat(questions)
        .containsExactly(
            "POST Basic %s token=opaque%%2B%%2F%%3D&token_type_hint=access_token"
                .formatted(credentials));
  }

  @Test
  void aTokenThatIsNotActiveIsRefused() throws Exception {
    Setup setup = setup();
    for (Object active : List.of(false, "true", 1)) {
      answer.put("active", active);
      assertThat(setup.refused("alice", "opaque")).hasMessageContaining("does not count");
    }
    answer.remove("active");
    assertThat(setup.refused("alice", "opaque")).hasMessageContaining("does not count");
  }

  @Test
  void whatTheIssuerSaysHasToBeAsMuchAsASignedTokenSays() throws Exception {
    Setup setup = setup();
    Map<String, Object> wrong =
        Map.of(
            "aud", "another",
            "scope", "openid",
            "exp", 1,
            "sub", "mallory",
            "iss", "https://another.example.com",
            "token_type", "refresh_token");
    for (Map.Entry<String, Object> each : wrong.entrySet()) {
      Object before = answer.put(each.getKey(), each.getValue());
      AuthenticationException refusal = setup.refused("alice", "opaque");
      assertThat(refusal.kind()).as(each.getKey()).isEqualTo(FailureKind.CLIENT);
      if (before == null) {
        answer.remove(each.getKey());
      } else {
        answer.put(each.getKey(), before);
      }
    }
    for (String needed : List.of("aud", "scope", "exp", "sub")) {
      Object before = answer.remove(needed);
      assertThat(setup.refused("alice", "opaque").kind()).isEqualTo(FailureKind.CLIENT);
      answer.put(needed, before);
    }
    assertThat(setup.logIn("alice", "opaque").name()).isEqualTo("alice");
  }

  @Test
  void anIssuerThatDoesNotAnswerLetsNobodyIn() throws Exception {
    Setup setup = setup();
    issuer.answersAt(address(), exchange -> TestIssuer.send(exchange, 401, "{}"));
    assertThat(setup.refused("alice", "opaque").kind()).isEqualTo(FailureKind.PLUGIN);
    issuer.stop();
    assertThat(setup.refused("alice", "opaque").kind()).isEqualTo(FailureKind.PLUGIN);
    issuer.answersAsEver();
  }

  @Test
  void signedTokensAreNotAskedAboutUnlessThatIsAskedFor() throws Exception {
    Setup setup = setup();
    String token = issuer.token(TestIssuer.KEY, setup.context.clock().instant()).signed();
    assertThat(setup.logIn("alice", token).name()).isEqualTo("alice");
    assertThat(questions).isEmpty();

    Setup both = setup("  also-signed: true");
    assertThat(both.logIn("alice", token).name()).isEqualTo("alice");
    assertThat(questions).hasSize(1);
    answer.put("active", false);
    assertThat(both.refused("alice", token)).hasMessageContaining("does not count");
  }

  @Test
  void aSignedTokenWithAWrongSignatureIsNotAskedAbout() throws Exception {
    Setup setup = setup("  also-signed: true");
    assertThat(setup.refused("alice", issuer.token().signed() + "AAAA"))
        .hasMessageContaining("signature");
    assertThat(questions).isEmpty();
  }

  @Test
  void noMoreQuestionsAreUnderWayThanAllowed() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch full = new CountDownLatch(2);
    Semaphore go = new Semaphore(0);
    issuer.answersAt(
        address(),
        exchange -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          full.countDown();
          go.acquireUninterruptibly();
          now.decrementAndGet();
          TestIssuer.send(exchange, 200, JSONObjectUtils.toJSONString(answer));
        });
    Setup setup = setup("  concurrent: 2");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> logins = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        logins.add(clients.submit(() -> setup.logIn("alice", "opaque").name()));
      }
      full.await();
      go.release(6);
      for (Future<String> login : logins) {
        assertThat(login.get()).isEqualTo("alice");
      }
    }
    assertThat(most).hasValue(2);
  }

  @Test
  void aLoginWaitsForItsTurnNotLongerThanItsOwnTime() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Semaphore go = new Semaphore(0);
    issuer.answersAt(
        address(),
        exchange -> {
          asked.countDown();
          go.acquireUninterruptibly();
          TestIssuer.send(exchange, 200, JSONObjectUtils.toJSONString(answer));
        });
    Setup setup = setup("  concurrent: 1", "timeouts: {login: 1s, request: 1s}");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<AuthenticationException> first =
          clients.submit(() -> setup.refused("alice", "opaque"));
      asked.await();
      Future<AuthenticationException> second =
          clients.submit(() -> setup.refused("alice", "opaque"));
      assertThat(first.get()).hasMessageContaining("in time");
      assertThat(second.get().kind()).isEqualTo(FailureKind.PLUGIN);
    } finally {
      go.release(10);
    }
  }

  @Test
  void theClientsSecretIsInNothingThatIsSaid() throws Exception {
    Setup setup = setup();
    issuer.answersAt(address(), exchange -> TestIssuer.send(exchange, 401, SECRET));
    for (Throwable each = setup.refused("alice", "opaque"); each != null; each = each.getCause()) {
      assertThat(each.toString()).doesNotContain("secret &").doesNotContain("opaque");
    }
  }
}
