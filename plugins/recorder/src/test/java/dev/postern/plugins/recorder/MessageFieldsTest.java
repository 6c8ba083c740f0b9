package dev.postern.plugins.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Format;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Message;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.Query;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MessageFieldsTest {
  private static final Redaction NOTHING = new Redaction(false, false, false, false);
  private static final Redaction EVERYTHING = new Redaction(true, true, true, true);
  private static final Secret SECRET = Secret.ofPassword("s3cret".toCharArray());
  private static final Bytes VALUE = Bytes.utf8("s3cret");

  static List<Message> messagesWithAValue() {
    return List.of(
        new Query("select 's3cret'"),
        new Parse("", "select $$s3cret$$", List.of()),
        new DataRow(List.of(VALUE)),
        new CopyData(VALUE),
        new NotificationResponse(1, "c", "s3cret"),
        new FunctionCallResponse(VALUE),
        new FunctionCall(1, List.of(), List.of(VALUE), Format.TEXT),
        new ErrorResponse(Map.of('M', "bad value: s3cret")));
  }

  @ParameterizedTest
  @MethodSource("messagesWithAValue")
  void valuesAreLeftOutByDefault(Message message) {
    assertThat(written(message, Redaction.VALUES)).doesNotContain("s3cret");
  }

  @ParameterizedTest
  @MethodSource("messagesWithAValue")
  void valuesAreWrittenIfNothingIsToBeLeftOut(Message message) {
    assertThat(written(message, NOTHING)).contains("s3cret");
  }

  @Test
  void aPasswordInAStatementIsLeftOutInAnyCase() {
    assertThat(written(new Query("alter role a PASSWORD 's3cret'"), NOTHING))
        .contains("alter role a PASSWORD '?'");
  }

  @Test
  void namesAreLeftOutIfEverythingIs() {
    assertThat(written(new Parse("statement_name", "select x", List.of(23)), EVERYTHING))
        .doesNotContain("statement_name", "select")
        .contains("length");
  }

  @Test
  void theCodeOfAnErrorStays() {
    assertThat(written(new ErrorResponse(Map.of('C', "23505", 'M', "x")), Redaction.VALUES))
        .contains("23505");
  }

  @Test
  void ofTheLoginNothingIsWritten() {
    assertThat(written(new PasswordMessage(SECRET), NOTHING)).isEmpty();
    assertThat(written(new BackendKeyData(1, SECRET), NOTHING)).isEmpty();
  }

  private static String written(Message message, Redaction redaction) {
    Cbor out = new Cbor();
    MessageFields.write(message, new Fields(out, redaction));
    return new String(out.toByteArray(), StandardCharsets.ISO_8859_1);
  }
}
