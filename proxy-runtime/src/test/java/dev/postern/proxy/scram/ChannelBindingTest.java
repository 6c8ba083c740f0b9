package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.ENDPOINT;
import static dev.postern.proxy.scram.Exchanges.latin1;
import static dev.postern.proxy.scram.Exchanges.server;
import static dev.postern.proxy.scram.Exchanges.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChannelBindingTest {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String PLUS = "SCRAM-SHA-256-PLUS";

  /**
   * The matrix of RFC 5802, section 6: the client's mechanism, its flag, and whether PLUS was
   * offered.
   */
  @ParameterizedTest
  @CsvSource({
    "SCRAM-SHA-256, n, false, goes on",
    "SCRAM-SHA-256, n, true, goes on",
    "SCRAM-SHA-256, y, false, goes on",
    "SCRAM-SHA-256, y, true, 28000",
    "SCRAM-SHA-256, p=tls-server-end-point, false, 08P01",
    "SCRAM-SHA-256, p=tls-server-end-point, true, 08P01",
    "SCRAM-SHA-256-PLUS, n, false, 08P01",
    "SCRAM-SHA-256-PLUS, n, true, 08P01",
    "SCRAM-SHA-256-PLUS, y, false, 08P01",
    "SCRAM-SHA-256-PLUS, y, true, 08P01",
    "SCRAM-SHA-256-PLUS, p=tls-server-end-point, false, 08P01",
    "SCRAM-SHA-256-PLUS, p=tls-server-end-point, true, goes on",
    "SCRAM-SHA-256-PLUS, p=tls-unique, true, 08P01",
    "SCRAM-SHA-256-PLUS, p=tls-exporter, true, 08P01",
    "SCRAM-SHA-256-PLUS, p=, true, 08P01",
    "SCRAM-SHA-256-PLUS, p, true, 08P01",
  })
  void letsNobodyTalkTheBindingAway(
      String mechanism, String flag, boolean offered, String expected) {
    ScramStep step =
        server(offered ? ENDPOINT : null, verifier("x"))
            .start(mechanism, latin1(flag + ",,n=,r=abc"));
    String outcome =
        step instanceof ScramStep.Failure failure ? failure.sqlState().code() : "goes on";
    assertThat(outcome).isEqualTo(expected);
  }

  @Test
  void bindsTheExchangeToTheCertificate() throws ScramException {
    assertThat(login(ENDPOINT, ENDPOINT)).isInstanceOf(ScramStep.Success.class);
  }

  @Test
  void refusesTheHashOfAnotherCertificate() throws ScramException {
    assertThat(login(ENDPOINT, Bytes.utf8("hash of the certificate of a man in the middle")))
        .isEqualTo(
            new ScramStep.Failure(
                SqlState.INVALID_AUTHORIZATION,
                "SCRAM channel binding check failed",
                "SCRAM channel binding check failed"));
  }

  @Test
  void refusesABindingWithoutAHash() {
    assertThat(sqlStateOfBinding(Bytes.EMPTY)).isEqualTo(SqlState.INVALID_AUTHORIZATION);
  }

  @Test
  void refusesABindingWithMoreThanTheHash() {
    assertThat(sqlStateOfBinding(Bytes.utf8(ENDPOINT.toUtf8() + "x")))
        .isEqualTo(SqlState.INVALID_AUTHORIZATION);
  }

  @Test
  void refusesAPlainBindingAfterABoundBeginning() {
    ScramServer server = server(ENDPOINT, verifier("x"));
    String nonce = nonce(server.start(PLUS, latin1("p=tls-server-end-point,,n=,r=abc")));
    ScramStep step =
        server.respond(
            latin1("c=biws,r=" + nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    assertThat(((ScramStep.Failure) step).sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
  }

  @Test
  void refusesAFlagThatChangedBetweenTheMessages() {
    ScramServer server = server(null, verifier("x"));
    String nonce = nonce(server.start(PLAIN, latin1("y,,n=,r=abc")));
    ScramStep step =
        server.respond(
            latin1("c=biws,r=" + nonce + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    assertThat(((ScramStep.Failure) step).sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION);
  }

  @Test
  void acceptsAClientThatRightlyThinksTheServerHasNoBinding() throws ScramException {
    ScramServer server = server(null, verifier("secret"));
    ScramClient client = ScramClient.choose(List.of(PLAIN), true, ENDPOINT);
    assertThat(Exchanges.last(server, client, "secret")).isInstanceOf(ScramStep.Success.class);
  }

  @Test
  void noticesThatSomebodyTookTheBindingOutOfTheOffer() throws ScramException {
    ScramServer server = server(ENDPOINT, verifier("secret"));
    ScramClient client = ScramClient.choose(List.of(PLAIN), true, ENDPOINT);
    assertThat(server.start(PLAIN, client.clientFirst())).isInstanceOf(ScramStep.Failure.class);
  }

  private static ScramStep login(@Nullable Bytes ofServer, Bytes seenByClient)
      throws ScramException {
    ScramServer server = server(ofServer, verifier("secret"));
    ScramClient client = ScramClient.choose(server.mechanisms(), true, seenByClient);
    return Exchanges.last(server, client, "secret");
  }

  private static SqlState sqlStateOfBinding(Bytes data) {
    ScramServer server = server(ENDPOINT, verifier("x"));
    String nonce = nonce(server.start(PLUS, latin1("p=tls-server-end-point,,n=,r=abc")));
    String binding = Sha256.channelBinding("p=tls-server-end-point,,", data);
    ScramStep step =
        server.respond(
            latin1(
                "c="
                    + binding
                    + ",r="
                    + nonce
                    + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="));
    return ((ScramStep.Failure) step).sqlState();
  }

  private static String nonce(ScramStep first) {
    String text = Exchanges.text(first);
    return text.substring(2, text.indexOf(','));
  }
}
