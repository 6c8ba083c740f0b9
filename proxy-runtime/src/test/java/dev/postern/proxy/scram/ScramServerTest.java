package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.ENDPOINT;
import static dev.postern.proxy.scram.Exchanges.USER;
import static dev.postern.proxy.scram.Exchanges.last;
import static dev.postern.proxy.scram.Exchanges.mocks;
import static dev.postern.proxy.scram.Exchanges.server;
import static dev.postern.proxy.scram.Exchanges.verifier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.auth.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ScramServerTest {
  private static final String PLAIN = "SCRAM-SHA-256";

  @Test
  void speaksTheExampleOfTheRfc() {
    ScramServer server = rfcServer();
    assertThat(Exchanges.text(server.start(PLAIN, Bytes.utf8(RfcExample.CLIENT_FIRST))))
        .isEqualTo(RfcExample.SERVER_FIRST);
    assertThat(server.respond(Bytes.utf8(RfcExample.CLIENT_FINAL)))
        .asInstanceOf(type(ScramStep.Success.class))
        .extracting(success -> success.serverFinal().toUtf8())
        .isEqualTo(RfcExample.SERVER_FINAL);
  }

  @Test
  void recoversTheClientKey() {
    ScramServer server = rfcServer();
    server.start(PLAIN, Bytes.utf8(RfcExample.CLIENT_FIRST));
    ScramStep.Success success =
        (ScramStep.Success) server.respond(Bytes.utf8(RfcExample.CLIENT_FINAL));
    byte[] clientKey = success.proof().keys().clientKey().toByteArray();
    assertThat(Sha256.storedKey(clientKey)).isEqualTo(RfcExample.verifier().storedKey());
    assertThat(success.proof().verifier()).isEqualTo(RfcExample.verifier());
  }

  @Test
  void asksForTheFirstMessageWhereTheClientSentNone() {
    ScramServer server = rfcServer();
    assertThat(server.start(PLAIN, null)).isEqualTo(new ScramStep.Continue(Bytes.EMPTY));
    assertThat(Exchanges.text(server.respond(Bytes.utf8(RfcExample.CLIENT_FIRST))))
        .isEqualTo(RfcExample.SERVER_FIRST);
  }

  @Test
  void signsTheUsersNameAsItWasSentWhateverItsEncoding() {
    ScramServer server = server(null, verifier("secret"));
    byte[] first = "n,,n=\u00fc\u00ff,r=abc".getBytes(StandardCharsets.ISO_8859_1);
    String serverFirst = Exchanges.text(server.start(PLAIN, Bytes.wrap(first)));
    String nonce = serverFirst.substring(2, serverFirst.indexOf(','));
    DerivedKeys keys =
        Exchanges.keys("secret", new ServerFirst(Exchanges.SALT, Exchanges.ITERATIONS));
    String without = "c=biws,r=" + nonce;
    String authMessage = "n=\u00fc\u00ff,r=abc," + serverFirst + "," + without;
    byte[] storedKey = Sha256.storedKey(keys.clientKey());
    byte[] proof = Sha256.xor(keys.clientKey(), Sha256.signature(storedKey, authMessage));
    assertThat(server.respond(Bytes.utf8(without + ",p=" + Sha256.base64(proof))))
        .isInstanceOf(ScramStep.Success.class);
  }

  @Test
  void refusesAWrongPasswordAsPostgresDoes() throws ScramException {
    ScramServer server = server(null, verifier("right"));
    assertThat(last(server, ScramClient.choose(server.mechanisms(), false, null), "wrong"))
        .isEqualTo(
            new ScramStep.Failure(
                SqlState.INVALID_PASSWORD,
                "password authentication failed for user \"alice\"",
                "wrong password"));
  }

  @Test
  void provesAnyOfSeveralVerifiersAndSaysWhich() throws ScramException {
    ScramVerifier old = verifier("old");
    ScramVerifier current = verifier("new");
    for (String password : List.of("old", "new")) {
      ScramServer server = server(null, current, old);
      ScramStep step = last(server, ScramClient.choose(server.mechanisms(), false, null), password);
      assertThat(((ScramStep.Success) step).proof().verifier())
          .isEqualTo(password.equals("old") ? old : current);
    }
  }

  @Test
  void answersWithTheSignatureOfTheVerifierThatWasProved() throws ScramException {
    ScramServer server = server(null, verifier("new"), verifier("old"));
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    ScramStep.Success success = (ScramStep.Success) last(server, client, "old");
    client.serverFinal(success.serverFinal());
  }

  @Test
  void refusesVerifiersWithDifferentSalts() {
    ScramVerifier other =
        VerifierFactory.create(Exchanges.secret("x"), Exchanges.ITERATIONS, Bytes.utf8("pepper"));
    assertThatThrownBy(() -> server(null, verifier("x"), other))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void offersChannelBindingOnlyWhereThereIsAnEndpoint() {
    assertThat(server(null).mechanisms()).containsExactly("SCRAM-SHA-256");
    assertThat(server(ENDPOINT).mechanisms())
        .containsExactly("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256");
  }

  @Test
  void neverUsesANonceTwice() {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      String first = Exchanges.text(server(null).start(PLAIN, Bytes.utf8("n,,n=,r=same")));
      nonces.add(first.substring(0, first.indexOf(',')));
      assertThat(first.indexOf(',')).isGreaterThanOrEqualTo("r=same".length() + 24);
    }
    assertThat(nonces).hasSize(1_000);
  }

  @Test
  void takesNoFurtherMessageAfterTheEnd() {
    ScramServer server = rfcServer();
    server.start(PLAIN, Bytes.utf8(RfcExample.CLIENT_FIRST));
    server.respond(Bytes.utf8(RfcExample.CLIENT_FINAL));
    assertThatThrownBy(() -> server.respond(Bytes.utf8(RfcExample.CLIENT_FINAL)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void takesNoFurtherMessageAfterAFailure() {
    ScramServer server = rfcServer();
    assertThat(server.start(PLAIN, Bytes.utf8("nonsense"))).isInstanceOf(ScramStep.Failure.class);
    assertThatThrownBy(() -> server.respond(Bytes.utf8(RfcExample.CLIENT_FIRST)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void showsNoSecretInWhatItReturns() throws ScramException {
    ScramServer server = server(null, verifier("secret"));
    ScramStep step = last(server, ScramClient.choose(server.mechanisms(), false, null), "secret");
    assertThat(step.toString()).contains("hidden").doesNotContain("=, ").doesNotContain("v=");
  }

  private static ScramServer rfcServer() {
    return new ScramServer(
        USER, List.of(RfcExample.verifier()), mocks(), null, () -> RfcExample.SERVER_NONCE);
  }
}
