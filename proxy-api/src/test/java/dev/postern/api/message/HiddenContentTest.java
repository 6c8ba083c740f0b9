package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages may be logged whole, so whatever a user typed or stored must not be in their text. */
final class HiddenContentTest {
  private static final String HIDDEN = "hunter2";
  private static final Bytes BYTES = Bytes.utf8(HIDDEN);

  static List<Message> messages() {
    return List.of(
        new AuthenticationGSSContinue(BYTES),
        new AuthenticationMD5Password(Bytes.utf8("hunt")),
        new AuthenticationSASLContinue(BYTES),
        new AuthenticationSASLFinal(BYTES),
        new BackendKeyData(4711, secret()),
        new Bind("", "", List.of(), List.of(BYTES), List.of()),
        new CancelRequest(4711, secret()),
        new CopyData(BYTES),
        new CopyFail(HIDDEN),
        new DataRow(List.of(BYTES)),
        ErrorResponse.error(SqlState.INTERNAL_ERROR, HIDDEN),
        new FunctionCall(1, List.of(), List.of(BYTES), Format.TEXT),
        new FunctionCallResponse(BYTES),
        new GSSResponse(BYTES),
        NoticeResponse.warning(SqlState.INTERNAL_ERROR, HIDDEN),
        new NotificationResponse(1, "channel", HIDDEN),
        new Parse("", "alter role ann password '" + HIDDEN + "'", List.of()),
        new PasswordMessage(secret()),
        new Query("alter role ann password '" + HIDDEN + "'"),
        new SASLInitialResponse("PLAIN", BYTES),
        new SASLResponse(BYTES),
        new StartupMessage(ProtocolVersion.V3_0, Map.of("user", HIDDEN)));
  }

  private static Secret secret() {
    return Secret.copyOf(HIDDEN.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void isNotInTheTextOfAMessage(Message message) {
    assertThat(message.toString())
        .startsWith(message.getClass().getSimpleName())
        .doesNotContain("hunt")
        .doesNotContain("4711");
  }
}
