package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UserlistTest {
  @Test
  void readsNamesAndSecrets() throws IOException {
    assertThat(
            read(
                """
                ; users of the old pooler
                "alice" "SCRAM-SHA-256$4096:c2FsdA==$a:b"

                  "bob"\t"secret" "ignored" too
                # the last
                "carol ""the"" third" "two "" quotes"
                "dave" ""
                """))
        .extracting(ForeignUser::name, user -> new String(user.secret().toChars()))
        .containsExactly(
            tuple("alice", "SCRAM-SHA-256$4096:c2FsdA==$a:b"),
            tuple("bob", "secret"),
            tuple("carol \"the\" third", "two \" quotes"),
            tuple("dave", ""));
  }

  @Test
  void readsLinesThatEndAsOnWindowsOrNotAtAll() throws IOException {
    assertThat(read("\"a\" \"1\"\r\n\"b\" \"2\""))
        .extracting(user -> new String(user.secret().toChars()))
        .containsExactly("1", "2");
  }

  @Test
  void writesWhatItReads() throws IOException {
    String line = Userlist.format("a \"b\"", "c\"d");

    assertThat(read(line))
        .singleElement()
        .extracting(ForeignUser::name, user -> new String(user.secret().toChars()))
        .containsExactly("a \"b\"", "c\"d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice secret",
        "\"alice\"",
        "\"alice\" secret",
        "\"alice\" \"secret",
        "\"alice",
        "\"alice\" \"two\nlines\""
      })
  void namesTheLineThatIsNone(String line) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> read("\"ok\" \"ok\"\n" + line))
        .withMessageContaining("line 2")
        .withMessageNotContaining("secret\"".repeat(2));
  }

  @Test
  void refusesWhatIsNoUtf8() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Userlist.read(new ByteArrayInputStream(new byte[] {'"', (byte) 0xff})))
        .withMessageContaining("UTF-8");
  }

  private static List<ForeignUser> read(String text) throws IOException {
    return Userlist.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
