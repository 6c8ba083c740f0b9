package dev.postern.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files are written in CBOR's hexadecimal, as RFC 8949 does in its appendix A. */
final class RecordingPrinterTest {
  /** {"format": "postern-recording", "version": 1}, self-described. */
  private static final String HEADER =
      "d9d9f7 bf 66666f726d6174 71706f737465726e2d7265636f7264696e67 6776657273696f6e 01 ff";

  @Test
  void aMessageIsALineWithItsTimeItsDirectionAndItsFields() throws Exception {
    // [1834, "F", "Query", {"sql": "a\n"}]
    assertThat(print(HEADER + "84 19072a 6146 655175657279 a1 6373716c 62610a"))
        .contains("    0.001834  -> Query sql=\"a\\n\"\n");
  }

  @Test
  void everyKindOfItemHasItsForm() throws Exception {
    // [0, "B", "X", {_ "a": [null, h'6162', h'ff', {"length": 3}, -7], "b": {"c": 4294967296}}]
    assertThat(
            print(
                HEADER
                    + "84 00 6142 6158 bf"
                    + "6161 85 f6 426162 41ff a1 666c656e677468 03 26"
                    + "6162 a1 6163 1b0000000100000000 ff"))
        .contains("<- X a=[NULL, \"ab\", \\xff, (3), -7] b={c=4294967296}\n");
  }

  @Test
  void theEndSaysWhy() throws Exception {
    assertThat(print(HEADER + "83 00 6145 6454455354"))
        .contains("end: TEST")
        .doesNotContain("no end");
  }

  @Test
  void aRecordingWithoutAnEndSaysSo() throws Exception {
    assertThat(print(HEADER)).endsWith("no end: still being recorded, or Postern was stopped\n");
  }

  @Test
  void aTornRecordingIsPrintedAsFarAsItGoes() throws Exception {
    assertThat(print(HEADER + "84 00 6146 655175657279 a1 6373716c 6461"))
        .contains("torn: the file stops within a message");
  }

  @Test
  void nothingInARecordingCanMoveTheCursor() throws Exception {
    // [0, "F", ESC "[2J", {}] and a right-to-left override in the end's reason
    assertThat(print(HEADER + "84 00 6146 641b5b324a a0" + "83 00 6145 63e280ae"))
        .contains("\\u001b[2J", "\\u202e")
        .doesNotContain("\u001b", "\u202e");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "a0", "ffff", "504b0304", "9f", "7b7fffffffffffffff"})
  void whatIsNoRecordingIsRefused(String hex) {
    assertThatThrownBy(() -> print(hex))
        .isInstanceOf(RecordingFormatException.class)
        .hasMessage("not a recording");
  }

  @Test
  void anotherVersionIsRefused() {
    assertThatThrownBy(() -> print(HEADER.replace(" 01 ff", " 02 ff")))
        .hasMessageContaining("version");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00", // not an event
        "ff", // a break
        "fb3ff0000000000000", // a float
        "1bffffffffffffffff", // more than 63 bits
        "84 00 6146 6158 a1 00 00", // a key that is no text
        "84 00 6146 62c328 a0" // not UTF-8
      })
  void damageIsReported(String hex) {
    assertThatThrownBy(() -> print(HEADER + hex)).isInstanceOf(RecordingFormatException.class);
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> print(HEADER + "81".repeat(100_000)))
        .isInstanceOf(RecordingFormatException.class);
  }

  @Test
  void noInputBreaksTheReader() {
    Random random = new Random(42);
    byte[] header = bytes(HEADER);
    for (int i = 0; i < 20_000; i++) {
      byte[] content = new byte[header.length + random.nextInt(64)];
      random.nextBytes(content);
      System.arraycopy(header, 0, content, 0, header.length);
      assertThatCode(() -> printOrRefuse(content)).doesNotThrowAnyException();
    }
  }

  private static void printOrRefuse(byte[] content) throws IOException {
    try {
      print(content);
    } catch (RecordingFormatException expected) {
      // Refused is as good as printed.
    }
  }

  private static String print(String hex) throws IOException {
    return print(bytes(hex));
  }

  private static String print(byte[] content) throws IOException {
    StringBuilder out = new StringBuilder();
    InputStream in = new ByteArrayInputStream(content);
    try (RecordingReader reader = new RecordingReader(in, content.length)) {
      RecordingPrinter.print(reader, out);
    }
    return out.toString();
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
