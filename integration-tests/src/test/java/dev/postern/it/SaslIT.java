package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.SaslExchange;
import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An authenticator that speaks a mechanism of its own, and says how to log in to the server. */
final class SaslIT {
  private static final String ROLE = "named_by_the_authenticator";
  private static final String TOKEN = "t".repeat(20_000);
  private static final int SASL = 10;
  private static final int SASL_CONTINUE = 11;
  private static final int SASL_FINAL = 12;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  /** The client's token, then the answer to a question, are what it has to know. */
  private static final Authenticator ASKING =
      exchange -> {
        SaslExchange sasl = exchange.sasl(List.of("X-QUESTION", "X-OTHER"));
        try (Secret token = sasl.initialResponse();
            Secret answer = sasl.challenge(Bytes.utf8("and?"))) {
          if (token == null || !is(token, TOKEN) || !is(answer, "then")) {
            throw AuthenticationException.invalidPassword(exchange.startup().user(), "no");
          }
        }
        sasl.succeed(Bytes.utf8("well"));
        return AuthenticatedUser.named(exchange.startup().user())
            .withRole(ROLE, Secret.ofPassword(Gateways.PASSWORD.toCharArray()));
      };

  private static boolean is(Secret secret, String text) {
    return new String(secret.toByteArray(), StandardCharsets.UTF_8).equals(text);
  }

  static Stream<Pooling> poolings() {
    return Stream.of(Pooling.DEDICATED, Pooling.SESSION, Pooling.TRANSACTION);
  }

  private static RunningPostern start(Pooling pooling) {
    return RunningPostern.builder()
        .authenticator(ASKING)
        .backend(Gateways.server(), pooling)
        .start();
  }

  private static WireClient asked(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.send(FrontendPackets.startup("user", "alice", "database", "postgres"));
    WireMessage offer = client.expect('R');
    assertThat(offer.int32(0)).isEqualTo(SASL);
    assertThat(offer.strings(4)).startsWith("X-QUESTION", "X-OTHER");
    return client;
  }

  private static void challenged(WireClient client, String token) {
    client.send(FrontendPackets.saslInitialResponse("X-QUESTION", token));
    assertThat(client.expect('R').int32(0)).isEqualTo(SASL_CONTINUE);
  }

  @ParameterizedTest
  @MethodSource("poolings")
  void logsInToTheServerAsTheAuthenticatorSays(Pooling pooling) {
    try (RunningPostern postern = start(pooling);
        WireClient client = asked(postern)) {
      challenged(client, TOKEN);
      client.send(FrontendPackets.saslResponse("then"));
      assertThat(client.expect('R').int32(0)).isEqualTo(SASL_FINAL);
      assertThat(client.expect('R').int32(0)).isZero();
      client.greeting();
      assertThat(client.queryOne("SELECT session_user")).isEqualTo(ROLE);
    }
  }

  @Test
  void refusesAWrongAnswer() {
    try (RunningPostern postern = start(Pooling.SESSION);
        WireClient client = asked(postern)) {
      challenged(client, TOKEN);
      client.send(FrontendPackets.saslResponse("what"));
      client.expectFatal("28P01");
    }
  }

  @Test
  void refusesAMechanismThatWasNotOffered() {
    try (RunningPostern postern = start(Pooling.SESSION);
        WireClient client = asked(postern)) {
      client.send(FrontendPackets.saslInitialResponse("SCRAM-SHA-256", "n,,n=,r=x"));
      client.expectFatal("08P01");
    }
  }

  @Test
  void refusesAMessageThatIsTooLong() {
    try (RunningPostern postern = start(Pooling.SESSION);
        WireClient client = asked(postern)) {
      client.send(FrontendPackets.saslInitialResponse("X-QUESTION", "t".repeat(70_000)));
      client.expectFatal("08P01");
    }
  }
}
