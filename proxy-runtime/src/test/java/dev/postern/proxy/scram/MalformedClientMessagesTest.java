package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.latin1;
import static dev.postern.proxy.scram.Exchanges.server;
import static dev.postern.proxy.scram.Exchanges.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MalformedClientMessagesTest {
  private static final String PLAIN = "SCRAM-SHA-256";
  private static final String PROOF = "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

  static Stream<String> malformedFirstMessages() {
    return Stream.of(
        "",
        "n",
        "n,",
        "n,,",
        "x,,n=,r=abc",
        "N,,n=,r=abc",
        ",,n=,r=abc",
        "n=,,n=,r=abc",
        "nn,n=,r=abc",
        "n,b=x,n=,r=abc",
        "n,,r=abc",
        "n,,r=abc,n=",
        "n,,n",
        "n,,n=",
        "n,,n=,",
        "n,,n=,r",
        "n,,n=,r=",
        "n,,n=,s=abc",
        "n,,n=,r=abc,",
        "n,,n=,r=ab c",
        "n,,n=,r=ab\u00e9",
        "n,,n=,r=ab\t",
        "n,,n=,r=abc\0",
        "n,,n=,r=abc,x",
        "n,,n=,r=abc,x=",
        "n,,n=,r=abc,1=2",
        "n,,n=,r=abc,m=later",
        "n,,n=,r=abc,r=def",
        "n,,n=,r=" + "a".repeat(ClientFirst.MAX_NONCE_LENGTH + 1),
        "n,,n=,r=abc,x=" + "y".repeat(ScramServer.MAX_MESSAGE_LENGTH),
        "p=tls-server-end-point,,n=,r=abc",
        "y",
        "SCRAM-SHA-256");
  }

  @ParameterizedTest
  @MethodSource("malformedFirstMessages")
  void refusesAFirstMessageThatIsMalformed(String message) {
    assertThat(server(null, verifier("x")).start(PLAIN, latin1(message)))
        .isInstanceOfSatisfying(
            ScramStep.Failure.class,
            failure -> assertThat(failure.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
  }

  @ParameterizedTest
  @MethodSource("malformedFirstMessages")
  void refusesTheSameWhereThereIsNoUser(String message) {
    assertThat(server(null).start(PLAIN, latin1(message)))
        .isEqualTo(server(null, verifier("x")).start(PLAIN, latin1(message)));
  }

  @Test
  void refusesAnAuthorizationIdentity() {
    assertThat(server(null, verifier("x")).start(PLAIN, latin1("n,a=bob,n=,r=abc")))
        .isEqualTo(
            failure(
                SqlState.FEATURE_NOT_SUPPORTED,
                "client uses authorization identity, but it is not supported"));
  }

  @Test
  void refusesAMandatoryExtension() {
    assertThat(server(null, verifier("x")).start(PLAIN, latin1("n,,m=x,n=,r=abc")))
        .isEqualTo(
            failure(
                SqlState.FEATURE_NOT_SUPPORTED, "client requires an unsupported SCRAM extension"));
  }

  @Test
  void takesOptionalExtensions() {
    assertThat(server(null, verifier("x")).start(PLAIN, latin1("n,,n=bob,r=abc,x=1,Y=2")))
        .isInstanceOf(ScramStep.Continue.class);
  }

  @Test
  void refusesAMechanismThatWasNotOffered() {
    for (String mechanism :
        new String[] {"", "SCRAM-SHA-1", "scram-sha-256", "SCRAM-SHA-256-PLUS", "OAUTHBEARER"}) {
      assertThat(server(null, verifier("x")).start(mechanism, latin1("n,,n=,r=abc")))
          .isEqualTo(
              failure(
                  SqlState.PROTOCOL_VIOLATION,
                  "client selected an invalid SASL authentication mechanism"));
    }
  }

  static Stream<String> malformedFinalMessages() {
    return Stream.of(
        "",
        "c",
        "c=biws",
        "c=biws,",
        "c=biws,r=NONCE",
        "c=biws,r=NONCE,",
        "r=NONCE,c=biws," + PROOF,
        "c=biws,r=NONCE,p=",
        "c=biws,r=NONCE,p=AAAA",
        "c=biws,r=NONCE,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ",
        "c=biws,r=NONCE,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVR=",
        "c=biws,r=NONCE,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgs\nqmmiz7AndVQ=",
        "c=biws,r=NONCE,p=****************************************=",
        "c=biws,r=NONCE,p=" + "A".repeat(88),
        "c=biws,r=NONCE," + PROOF + ",",
        "c=biws,r=NONCE," + PROOF + ",x=y",
        "c=biws,r=NONCE," + PROOF + "," + PROOF,
        "c=biws,r=NONCE,m=x," + PROOF,
        "c=biws,r=NONCE,1=x," + PROOF,
        "c=biws,r=NONCEx," + PROOF,
        "c=biws,r=abc," + PROOF,
        "c=biws,r=," + PROOF,
        "c=,r=NONCE," + PROOF,
        "c=eSws,r=NONCE," + PROOF,
        "c=biwsbiws,r=NONCE," + PROOF,
        "c=biws,r=NONCE,x=" + "y".repeat(ScramServer.MAX_MESSAGE_LENGTH) + "," + PROOF,
        "c=biws,r=NONCE,x=\0," + PROOF);
  }

  @ParameterizedTest
  @MethodSource("malformedFinalMessages")
  void refusesALastMessageThatIsMalformed(String message) {
    ScramServer server = server(null, verifier("x"));
    String first = Exchanges.text(server.start(PLAIN, latin1("n,,n=,r=abc")));
    String nonce = first.substring(2, first.indexOf(','));
    assertThat(server.respond(latin1(message.replace("NONCE", nonce))))
        .isInstanceOfSatisfying(
            ScramStep.Failure.class,
            failure -> assertThat(failure.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
  }

  @Test
  void refusesAWellFormedProofThatIsWrongWithThePasswordsError() {
    ScramServer server = server(null, verifier("x"));
    String first = Exchanges.text(server.start(PLAIN, latin1("n,,n=,r=abc")));
    String nonce = first.substring(2, first.indexOf(','));
    assertThat(server.respond(latin1("c=biws,r=" + nonce + ",x=y," + PROOF)))
        .isInstanceOfSatisfying(
            ScramStep.Failure.class,
            failure -> assertThat(failure.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD));
  }

  @Test
  void survivesEveryTruncationOfAGoodMessage() {
    String message = "p=tls-server-end-point,,n=user,r=abcdefgh,x=y";
    for (int length = 0; length < message.length(); length++) {
      Bytes truncated = latin1(message.substring(0, length));
      assertThat(server(Exchanges.ENDPOINT).start("SCRAM-SHA-256-PLUS", truncated))
          .isInstanceOfAny(ScramStep.Failure.class, ScramStep.Continue.class);
    }
  }

  private static ScramStep.Failure failure(SqlState sqlState, String message) {
    return new ScramStep.Failure(sqlState, message, message);
  }
}
