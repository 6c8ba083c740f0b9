package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.ENDPOINT;
import static dev.postern.proxy.scram.Exchanges.ITERATIONS;
import static dev.postern.proxy.scram.Exchanges.SALT;
import static dev.postern.proxy.scram.Exchanges.USER;
import static dev.postern.proxy.scram.Exchanges.latin1;
import static dev.postern.proxy.scram.Exchanges.secret;
import static dev.postern.proxy.scram.Exchanges.server;
import static dev.postern.proxy.scram.Exchanges.verifier;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScramClientTest {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String PLUS = "SCRAM-SHA-256-PLUS";

  @Test
  void logsInByPasswordAndKnowsTheServer() throws ScramException {
    ScramServer server = server(null, verifier("secret"));
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    ScramStep.Success success = (ScramStep.Success) Exchanges.last(server, client, "secret");
    client.serverFinal(success.serverFinal());
    assertThat(client.mechanism()).isEqualTo(Mechanism.SCRAM_SHA_256);
  }

  @Test
  void logsInAtASecondServerWithTheKeysFromAProofAtTheFirst() throws ScramException {
    ScramServer first = server(ENDPOINT, verifier("secret"));
    ScramStep.Success proved =
        (ScramStep.Success)
            Exchanges.last(first, ScramClient.choose(first.mechanisms(), true, ENDPOINT), "secret");

    ScramServer second = server(null, verifier("secret"));
    ScramClient client = ScramClient.choose(second.mechanisms(), false, null);
    ScramStep challenge = second.start(PLAIN, client.clientFirst());
    client.serverFirst(((ScramStep.Continue) challenge).message());
    try (DerivedKeys keys = DerivedKeys.of(proved.proof().keys())) {
      ScramStep.Success success = (ScramStep.Success) second.respond(client.clientFinal(keys));
      client.serverFinal(success.serverFinal());
    }
  }

  @Test
  void choosesChannelBindingWhereItCan() throws ScramException {
    assertThat(ScramClient.choose(List.of(PLUS, PLAIN), true, ENDPOINT).clientFirst().toUtf8())
        .startsWith("p=tls-server-end-point,,n=,r=");
    assertThat(ScramClient.choose(List.of(PLAIN), true, ENDPOINT).clientFirst().toUtf8())
        .startsWith("y,,n=,r=");
    assertThat(ScramClient.choose(List.of(PLUS, PLAIN), true, null).clientFirst().toUtf8())
        .startsWith("n,,n=,r=");
    assertThat(ScramClient.choose(List.of(PLAIN), false, null).clientFirst().toUtf8())
        .startsWith("n,,n=,r=");
  }

  @Test
  void refusesAnOfferOfChannelBindingWithoutTls() {
    assertThatThrownBy(() -> ScramClient.choose(List.of(PLUS, PLAIN), false, null))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("without TLS");
  }

  @Test
  void refusesAnOfferWithNothingThatItKnows() {
    assertThatThrownBy(() -> ScramClient.choose(List.of("OAUTHBEARER"), true, ENDPOINT))
        .isInstanceOf(ScramException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "r",
        "NONCE+more,s=AAAA,i=4096",
        "s=AAAA,r=NONCE+more,i=4096",
        "r=NONCE+more,s=AAAA",
        "r=NONCE+more,i=4096,s=AAAA",
        "r=NONCE+more,s=,i=4096",
        "r=NONCE+more,s=AAA,i=4096",
        "r=NONCE+more,s=AA!A,i=4096",
        "r=NONCE+more,s=AAAA,i=",
        "r=NONCE+more,s=AAAA,i=0",
        "r=NONCE+more,s=AAAA,i=-1",
        "r=NONCE+more,s=AAAA,i=+1",
        "r=NONCE+more,s=AAAA,i=4096x",
        "r=NONCE+more,s=AAAA,i=2147483648",
        "r=NONCE+more,s=AAAA,i=99999999999999999999",
        "r=NONCE+more,s=AAAA,i=4096,",
        "r=NONCE+more,s=AAAA,i=4096,p=x",
        "m=x,r=NONCE+more,s=AAAA,i=4096",
        "e=other-error",
        "r=NONCE,s=AAAA,i=4096",
        "r=other,s=AAAA,i=4096",
        "r=otherNONCE,s=AAAA,i=4096",
        "r=NONCE mo,s=AAAA,i=4096",
        "r=NONCE\0more,s=AAAA,i=4096",
      })
  void refusesAMalformedServerFirstMessage(String message) throws ScramException {
    ScramClient client = begun();
    assertThatThrownBy(() -> client.serverFirst(latin1(message.replace("NONCE", "mine"))))
        .isInstanceOf(ScramException.class);
    assertThatThrownBy(() -> client.serverFirst(Bytes.utf8("r=mine+more,s=AAAA,i=4096")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesANonceOf64KiB() throws ScramException {
    Bytes message = Bytes.utf8("r=mine" + "x".repeat(65_536) + ",s=AAAA,i=4096");
    assertThatThrownBy(() -> begun().serverFirst(message))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("expected: 1..4096 bytes");
  }

  @Test
  void takesOptionalExtensionsOfTheServer() throws ScramException {
    assertThat(begun().serverFirst(Bytes.utf8("r=mine+more,s=AAAA,i=4096,x=y")).iterations())
        .isEqualTo(4096);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 32, 64, 1024})
  void logsInWithASaltOfAnyLength(int length) throws ScramException {
    ScramVerifier verifier =
        VerifierFactory.create(secret("secret"), 1, Bytes.wrap(new byte[length]));
    ScramServer server = server(null, verifier);
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    assertThat(Exchanges.last(server, client, "secret")).isInstanceOf(ScramStep.Success.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1025, 4096})
  void refusesASaltThatIsTooLong(int length) throws ScramException {
    String salt = Base64.getEncoder().encodeToString(new byte[length]);
    assertThatThrownBy(() -> begun().serverFirst(Bytes.utf8("r=mine+more,s=" + salt + ",i=4096")))
        .isInstanceOf(ScramException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v",
        "v=",
        "v=AAAA",
        "v=!",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
        "e=invalid-proof",
        "e=",
        "e=not printable",
        "x=y"
      })
  void refusesAServerThatDoesNotProveItself(String message) throws ScramException {
    ScramServer server = server(null, verifier("secret"));
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    Exchanges.last(server, client, "secret");
    assertThatThrownBy(() -> client.serverFinal(latin1(message)))
        .isInstanceOf(ScramException.class);
  }

  @Test
  void takesTheServersProofOnce() throws ScramException {
    ScramServer server = server(null, verifier("secret"));
    ScramClient client = ScramClient.choose(server.mechanisms(), false, null);
    ScramStep.Success success = (ScramStep.Success) Exchanges.last(server, client, "secret");
    client.serverFinal(success.serverFinal());
    assertThatThrownBy(() -> client.serverFinal(success.serverFinal()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAServerThatHoldsTheClientsKeyOnly() throws ScramException {
    ScramVerifier genuine = verifier("secret");
    ScramVerifier stolen = new ScramVerifier(ITERATIONS, SALT, genuine.storedKey(), new byte[32]);
    ScramServer impostor = new ScramServer(USER, List.of(stolen), Exchanges.mocks(), null);
    ScramClient client = ScramClient.choose(impostor.mechanisms(), false, null);
    ScramStep.Success success = (ScramStep.Success) Exchanges.last(impostor, client, "secret");
    assertThatThrownBy(() -> client.serverFinal(success.serverFinal()))
        .isInstanceOf(ScramException.class)
        .hasMessage("the server's SCRAM signature is wrong");
  }

  @Test
  void saysWhatDiffersBetweenTheServersVerifierAndOurs() {
    ScramVerifier ours = verifier("secret");
    assertThat(new ServerFirst(SALT, ITERATIONS).differenceFrom(ours)).isEmpty();
    assertThat(new ServerFirst(Bytes.utf8("pepper"), ITERATIONS).differenceFrom(ours))
        .contains("salt");
    assertThat(new ServerFirst(SALT, 10_000).differenceFrom(ours))
        .contains("iteration count (4096 in Postern, 10000 on the server)");
    assertThat(new ServerFirst(Bytes.utf8("pepper"), 10_000).differenceFrom(ours))
        .contains("salt and iteration count (4096 in Postern, 10000 on the server)");
  }

  private static ScramClient begun() throws ScramException {
    ScramClient client = ScramClient.choose(List.of(PLAIN), false, null, () -> "mine");
    client.clientFirst();
    return client;
  }
}
