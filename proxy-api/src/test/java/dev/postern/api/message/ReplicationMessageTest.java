package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.Bytes;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReplicationMessageTest {
  /** One second and two microseconds into the clock of PostgreSQL. */
  private static final Instant SENT_AT = Instant.parse("2000-01-01T00:00:01.000002Z");

  private static final long SENT_AT_MICROS = 1_000_002;

  record Example(ReplicationMessage message, Bytes wire, boolean fromBackend) {
    ReplicationMessage parse(byte[] data) {
      CopyData copyData = new CopyData(Bytes.copyOf(data));
      return fromBackend
          ? ReplicationMessage.fromBackend(copyData)
          : ReplicationMessage.fromFrontend(copyData);
    }

    @Override
    public String toString() {
      return message.getClass().getSimpleName();
    }
  }

  private static Example example(ReplicationMessage message, ByteBuffer wire, boolean fromBackend) {
    byte[] bytes = new byte[wire.capacity()];
    wire.flip().get(bytes);
    return new Example(message, Bytes.wrap(bytes), fromBackend);
  }

  private static ByteBuffer wire(int length, char type) {
    return ByteBuffer.allocate(length).put((byte) type);
  }

  static List<Example> examples() {
    return List.of(
        example(
            new XLogData(1, -2, SENT_AT, Bytes.utf8("wal")),
            wire(28, 'w')
                .putLong(1)
                .putLong(-2)
                .putLong(SENT_AT_MICROS)
                .put(new byte[] {'w', 'a', 'l'}),
            true),
        example(
            new PrimaryKeepalive(7, SENT_AT, true),
            wire(18, 'k').putLong(7).putLong(SENT_AT_MICROS).put((byte) 1),
            true),
        example(
            new PrimaryStatusUpdate(7, 8, 9, SENT_AT),
            wire(33, 's').putLong(7).putLong(8).putLong(9).putLong(SENT_AT_MICROS),
            true),
        example(
            new StandbyStatusUpdate(1, 2, 3, SENT_AT, false),
            wire(34, 'r').putLong(1).putLong(2).putLong(3).putLong(SENT_AT_MICROS).put((byte) 0),
            false),
        example(
            new HotStandbyFeedback(SENT_AT, 700, 1, 600, 2),
            wire(25, 'h').putLong(SENT_AT_MICROS).putInt(700).putInt(1).putInt(600).putInt(2),
            false),
        example(new PrimaryStatusRequest(SENT_AT), wire(9, 'p').putLong(SENT_AT_MICROS), false));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isWrittenAsTheChapterSays(Example example) {
    assertThat(example.message().toCopyData().data()).isEqualTo(example.wire());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isReadFromWhatTheChapterSays(Example example) {
    assertThat(example.parse(example.wire().toByteArray())).isEqualTo(example.message());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isRefusedFromTheOtherSide(Example example) {
    Example reversed = new Example(example.message(), example.wire(), !example.fromBackend());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> reversed.parse(example.wire().toByteArray()));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isRefusedWhenCutOff(Example example) {
    int shortest = example.message() instanceof XLogData ? 25 : example.wire().length();
    for (int length = 0; length < shortest; length++) {
      byte[] cut = Arrays.copyOf(example.wire().toByteArray(), length);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> example.parse(cut))
          .withMessageContaining("expected: ");
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void isRefusedWhenTooLong(Example example) {
    if (example.message() instanceof XLogData) {
      return;
    }
    byte[] longer = Arrays.copyOf(example.wire().toByteArray(), example.wire().length() + 1);

    assertThatIllegalArgumentException().isThrownBy(() -> example.parse(longer));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1, -1_000_001, Long.MIN_VALUE, Long.MAX_VALUE})
  void keepsEveryMomentThatTheClockCanSay(long micros) {
    Bytes data =
        example(new PrimaryStatusRequest(SENT_AT), wire(9, 'p').putLong(micros), false).wire();

    ReplicationMessage read = ReplicationMessage.fromFrontend(new CopyData(data));

    assertThat(read.toCopyData().data()).isEqualTo(data);
  }

  @Test
  void countsFromTheYear2000() {
    Bytes data = example(new PrimaryStatusRequest(SENT_AT), wire(9, 'p').putLong(0), false).wire();

    assertThat(ReplicationMessage.fromFrontend(new CopyData(data)))
        .isEqualTo(new PrimaryStatusRequest(Instant.parse("2000-01-01T00:00:00Z")));
  }
}
