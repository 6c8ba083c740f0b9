package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class JsonLinesTest {
  private final JsonLines lines = new JsonLines(4);

  @Test
  void membersStandInTheirOrderAndLinesBehindEachOther() {
    lines.begin().put("a", 1).put("b", "x").end();
    lines.begin().end();
    lines.begin().put("c", Long.MIN_VALUE).end();
    assertThat(text()).isEqualTo("{\"a\":1,\"b\":\"x\"}\n{}\n{\"c\":-9223372036854775808}\n");
  }

  @Test
  void whatRfc8259WantsEscapedIs() {
    lines.begin().put("s", "\"\\\b\t\n\u0000\u001f/").end();
    assertThat(text()).isEqualTo("{\"s\":\"\\\"\\\\\\u0008\\u0009\\u000a\\u0000\\u001f/\"}\n");
  }

  @Test
  void otherCharactersAreUtf8AndHalvesOfPairsDoNoHarm() {
    String text = "\u007fÄß\u07ff\u0800漢\uffff";
    lines.begin().put("s", text).put("pair", "\ud83d\ude00").put("half", "\ud83d!").end();
    assertThat(text())
        .isEqualTo("{\"s\":\"" + text + "\",\"pair\":\"\\ud83d\\ude00\",\"half\":\"\\ud83d!\"}\n");
  }

  @Test
  void timesAreUtcToTheMicrosecond() {
    lines.begin().time(micros(Instant.parse("2026-02-28T23:59:59.000001999Z"))).end();
    lines.begin().time(micros(Instant.parse("2026-02-28T23:59:59.999999Z"))).put("a", 1).end();
    lines.begin().put("a", 1).time(micros(Instant.parse("2026-03-01T00:00:00Z"))).end();
    assertThat(text())
        .isEqualTo(
            """
            {"time":"2026-02-28T23:59:59.000001Z"}
            {"time":"2026-02-28T23:59:59.999999Z","a":1}
            {"a":1,"time":"2026-03-01T00:00:00.000000Z"}
            """);
  }

  @Test
  void membersCanBeWrittenAhead() {
    byte[] ahead = new JsonLines(1).put("a", "ä").put("b", 2).members();
    lines.begin().put(ahead).put("c", 3).end();
    lines.begin().put("c", 4).put(ahead).end();
    assertThat(text()).isEqualTo("{\"a\":\"ä\",\"b\":2,\"c\":3}\n{\"c\":4,\"a\":\"ä\",\"b\":2}\n");
  }

  @Test
  void theLastOfThoseCanLackItsValue() {
    byte[] ahead = new JsonLines(1).put("a", "b").name("c").members();
    lines.begin().put(ahead).value(-12).put("d", 3).end();
    assertThat(text()).isEqualTo("{\"a\":\"b\",\"c\":-12,\"d\":3}\n");
  }

  @Test
  void aLineThatWasNotEndedIsForgotten() {
    lines.begin().put("a", 1).end();
    lines.begin().put("lost", 1);
    assertThat(text()).isEqualTo("{\"a\":1}\n");
    lines.begin().put("b", 2).end();
    assertThat(text()).isEqualTo("{\"a\":1}\n{\"b\":2}\n");
  }

  private String text() {
    byte[] written = lines.bytes().array();
    return new String(Arrays.copyOf(written, lines.length()), StandardCharsets.UTF_8);
  }

  private static long micros(Instant time) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, time);
  }
}
