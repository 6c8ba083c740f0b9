package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.ITERATIONS;
import static dev.postern.proxy.scram.Exchanges.USER;
import static dev.postern.proxy.scram.Exchanges.last;
import static dev.postern.proxy.scram.Exchanges.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MockVerifiersTest {
  private static final String SERVER_SECRET = "the server's own secret";

  @Test
  void givesANameTheSameSaltInEveryProcess() {
    assertThat(mocks(16).forUser("bob").salt()).isEqualTo(mocks(16).forUser("bob").salt());
  }

  @Test
  void givesEveryNameItsOwnSalt() {
    MockVerifiers mocks = mocks(16);
    assertThat(mocks.forUser("bob").salt()).isNotEqualTo(mocks.forUser("bob ").salt());
  }

  @Test
  void givesEveryServerItsOwnSalts() {
    assertThat(new MockVerifiers(secret("another"), ITERATIONS, 16).forUser("bob").salt())
        .isNotEqualTo(mocks(16).forUser("bob").salt());
  }

  @Test
  void givesEveryProcessItsOwnKeys() {
    assertThat(mocks(16).forUser("bob").storedKey())
        .isNotEqualTo(mocks(16).forUser("bob").storedKey());
  }

  @Test
  void looksLikeTheUsersOfTheStore() {
    ScramVerifier mock = new MockVerifiers(secret(SERVER_SECRET), 10_000, 24).forUser("bob");
    assertThat(mock.iterations()).isEqualTo(10_000);
    assertThat(mock.salt().length()).isEqualTo(24);
  }

  @Test
  void answersAnUnknownUserInTheSameShapeAsAKnownOne() throws ScramException {
    ScramServer known =
        new ScramServer(USER, List.of(Exchanges.verifier("right")), mocks(16), null);
    ScramServer unknown = new ScramServer(USER, List.of(), mocks(16), null);
    assertThat(unknown.mechanisms()).isEqualTo(known.mechanisms());

    String knownFirst = serverFirst(known);
    String unknownFirst = serverFirst(unknown);
    assertThat(unknownFirst).hasSameSizeAs(knownFirst);
    assertThat(unknownFirst.replaceAll("[A-Za-z0-9+/=]", "."))
        .isEqualTo(knownFirst.replaceAll("[A-Za-z0-9+/=]", "."));

    ScramStep.Failure knownLast = wrongPassword(List.of(Exchanges.verifier("right")));
    ScramStep.Failure unknownLast = wrongPassword(List.of());
    assertThat(unknownLast.sqlState()).isEqualTo(knownLast.sqlState());
    assertThat(unknownLast.clientMessage()).isEqualTo(knownLast.clientMessage());
    assertThat(unknownLast.detail()).isNotEqualTo(knownLast.detail());
  }

  @Test
  void cannotBeProvedEvenByWhoeverKnowsItsKeys() throws ScramException {
    Bytes salt = mocks(16).forUser(USER).salt();
    ScramVerifier guessed = VerifierFactory.create(secret("guessed"), ITERATIONS, salt);
    MockVerifiers mocks =
        new MockVerifiers(
            secret(SERVER_SECRET), ITERATIONS, 16, guessed.storedKey(), guessed.serverKey());
    assertThat(mocks.forUser(USER)).isEqualTo(guessed);

    ScramServer server = new ScramServer(USER, List.of(), mocks, null);
    assertThat(last(server, ScramClient.choose(server.mechanisms(), false, null), "guessed"))
        .isInstanceOf(ScramStep.Failure.class);
  }

  @Test
  void refusesToWorkWithoutASecret() {
    assertThatThrownBy(() -> new MockVerifiers(secret(""), ITERATIONS, 16))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static MockVerifiers mocks(int saltLength) {
    return new MockVerifiers(secret(SERVER_SECRET), ITERATIONS, saltLength);
  }

  private static String serverFirst(ScramServer server) {
    return Exchanges.text(server.start("SCRAM-SHA-256", Bytes.utf8("n,,n=,r=abc")));
  }

  private static ScramStep.Failure wrongPassword(List<ScramVerifier> verifiers)
      throws ScramException {
    ScramServer server = new ScramServer(USER, verifiers, mocks(16), null);
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    return (ScramStep.Failure) last(server, client, "wrong");
  }
}
