package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.message.CommandComplete;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LastCompletionTest {
  private final LastCompletion completion = new LastCompletion();

  @Test
  void whateverCameBeforeEachTagIsItsOwn() throws Exception {
    List<String> tags =
        List.of(
            "",
            "A",
            "SET",
            "BEGIN",
            "BEGUN",
            "COMMIT",
            "SELECT",
            "SELECT 1",
            "SELECT 2",
            "SELECT 12",
            "INSERT 0 1",
            "INSERT 0 2",
            "LECT 1",
            "SELECT 123456789",
            "SELECT 1234567890",
            "INSERT 0 1234567",
            "INSERT 0 12345678");
    for (String before : tags) {
      for (String tag : tags) {
        decode(before);
        assertThat(decode(tag)).as("%s behind %s", tag, before).isEqualTo(tag);
      }
    }
  }

  @Test
  void theSameTagIsTheSameText() throws Exception {
    assertThat(decode("SELECT 1")).isSameAs(decode("SELECT 1"));
  }

  @Test
  void aBodyIsReadToItsEnd() throws Exception {
    for (int i = 0; i < 2; i++) {
      ByteBuf body = body("SELECT 1\0");
      completion.decode(body);
      assertThat(body.isReadable()).isFalse();
    }
  }

  @Test
  void whatIsNoTagIsRefusedBehindOneThatIs() throws Exception {
    decode("SELECT 1");
    for (String bad : List.of("", "SELECT 1", "SELECT \0\0", "SELECT 1\0x")) {
      assertThat(completion.again(body(bad), 0, bad.length())).as(bad).isNull();
      assertThatThrownBy(() -> completion.decode(body(bad)))
          .as(bad)
          .isInstanceOf(ProtocolException.class);
    }
    assertThat(decode("SELECT 1")).isEqualTo("SELECT 1");
  }

  private String decode(String tag) throws ProtocolException {
    ByteBuf body = body(tag + "\0");
    CommandComplete again = completion.again(body, 0, body.readableBytes());
    return (again != null ? again : completion.decode(body)).tag();
  }

  private static ByteBuf body(String bytes) {
    return Unpooled.wrappedBuffer(bytes.getBytes(StandardCharsets.UTF_8));
  }
}
