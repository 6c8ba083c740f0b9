package dev.postern.api.intercept;

import dev.postern.api.Bytes;
import dev.postern.api.message.Format;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The types that an {@link AnsweredStatement}'s columns can have, each with the Java class of its
 * values. Text is in UTF-8.
 */
public enum ValueType {
  BOOL(16, 1, Boolean.class),
  BYTEA(17, -1, Bytes.class),
  INT8(20, 8, Long.class),
  INT2(21, 2, Short.class),
  INT4(23, 4, Integer.class),
  TEXT(25, -1, String.class),
  JSON(114, -1, String.class),
  FLOAT4(700, 4, Float.class),
  FLOAT8(701, 8, Double.class),
  /** From 4713 BC; years of four digits or more. */
  DATE(1082, 4, LocalDate.class),
  /** Rounded down to microseconds. */
  TIMESTAMP(1114, 8, LocalDateTime.class),
  /** Rounded down to microseconds; shown in UTC. */
  TIMESTAMPTZ(1184, 8, Instant.class),
  UUID(2950, 16, UUID.class),
  JSONB(3802, -1, String.class);

  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
  private static final int JSONB_VERSION = 1;
  private static final DateTimeFormatter DATE_TEXT =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR_OF_ERA, 4, 9, SignStyle.NEVER)
          .appendPattern("-MM-dd")
          .toFormatter();
  private static final DateTimeFormatter TIME_TEXT =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .toFormatter();

  private final int oid;
  private final short size;
  private final Class<?> javaClass;

  ValueType(int oid, int size, Class<?> javaClass) {
    this.oid = oid;
    this.size = (short) size;
    this.javaClass = javaClass;
  }

  /** The object id of the type, as in every server. */
  public int oid() {
    return oid;
  }

  /** Bytes; negative for a type of variable size. */
  short size() {
    return size;
  }

  /** The Java class of its values. */
  public Class<?> javaClass() {
    return javaClass;
  }

  /**
   * A value on the wire.
   *
   * @throws IllegalArgumentException if the value is none of this type
   */
  Bytes encode(Object value, Format format) {
    if (!javaClass.isInstance(value)) {
      throw new IllegalArgumentException(
          "a "
              + value.getClass().getName()
              + " for a column of type "
              + this
              + " (expected: "
              + javaClass.getName()
              + ")");
    }
    return format.equals(Format.BINARY) ? binary(value) : text(value);
  }

  private Bytes text(Object value) {
    return switch (value) {
      case Boolean is -> Bytes.utf8(is ? "t" : "f");
      case Bytes bytes -> Bytes.utf8("\\x" + HexFormat.of().formatHex(bytes.toByteArray()));
      case LocalDate date -> Bytes.utf8(DATE_TEXT.format(date) + era(date));
      case LocalDateTime time -> Bytes.utf8(timestamp(time) + era(time.toLocalDate()));
      case Instant instant -> {
        LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
        yield Bytes.utf8(timestamp(time) + "+00" + era(time.toLocalDate()));
      }
      default -> Bytes.utf8(value.toString());
    };
  }

  private static String timestamp(LocalDateTime time) {
    return DATE_TEXT.format(time) + " " + TIME_TEXT.format(time);
  }

  private static String era(LocalDate date) {
    return date.getYear() < 1 ? " BC" : "";
  }

  private Bytes binary(Object value) {
    return switch (value) {
      case Boolean is -> filled(1, out -> out.put((byte) (is ? 1 : 0)));
      case Bytes bytes -> bytes;
      case Long number -> filled(8, out -> out.putLong(number));
      case Short number -> filled(2, out -> out.putShort(number));
      case Integer number -> filled(4, out -> out.putInt(number));
      case Float number -> filled(4, out -> out.putFloat(number));
      case Double number -> filled(8, out -> out.putDouble(number));
      case LocalDate date ->
          filled(4, out -> out.putInt((int) ChronoUnit.DAYS.between(EPOCH, date)));
      case LocalDateTime time -> filled(8, out -> out.putLong(micros(time)));
      case Instant instant ->
          filled(8, out -> out.putLong(micros(LocalDateTime.ofInstant(instant, ZoneOffset.UTC))));
      case UUID uuid ->
          filled(
              16,
              out ->
                  out.putLong(uuid.getMostSignificantBits())
                      .putLong(uuid.getLeastSignificantBits()));
      default ->
          this == JSONB ? versioned(Bytes.utf8(value.toString())) : Bytes.utf8(value.toString());
    };
  }

  private static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(EPOCH.atStartOfDay(), time.truncatedTo(ChronoUnit.MICROS));
  }

  private static Bytes versioned(Bytes json) {
    return filled(
        1 + json.length(),
        out -> {
          out.put((byte) JSONB_VERSION);
          json.copyTo(out);
        });
  }

  private static Bytes filled(int size, Consumer<ByteBuffer> content) {
    byte[] bytes = new byte[size];
    content.accept(ByteBuffer.wrap(bytes));
    return Bytes.wrap(bytes);
  }
}
