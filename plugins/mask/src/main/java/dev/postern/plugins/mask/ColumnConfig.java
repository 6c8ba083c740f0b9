package dev.postern.plugins.mask;

import dev.postern.api.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A column and what becomes of its values.
 *
 * @param table {@code schema.name} of a table or view, as the server's catalog has it
 * @param column its name there
 * @param with what takes a value's place
 * @param value for {@code fixed}: the text, which the column's type must take
 * @param keepFirst for {@code partial} and {@code truncated}: how many characters stay at the
 *     beginning, 0 or more; {@code null}: none
 * @param keepLast for {@code partial}: how many stay at the end, 0 or more; {@code null}: none
 * @param character for {@code partial}: what the others become, one ASCII character; {@code null}:
 *     {@code *}
 * @param key for {@code hashed}: at least {@value #MIN_KEY_BYTES} bytes
 */
public record ColumnConfig(
    String table,
    String column,
    Masking with,
    @Nullable String value,
    @Nullable Integer keepFirst,
    @Nullable Integer keepLast,
    @Nullable String character,
    @Nullable Secret key) {
  static final int MIN_KEY_BYTES = 16;

  public ColumnConfig {
    try {
      QualifiedName.parse(table);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("table: " + e.getMessage(), e);
    }
    if (column.isEmpty()) {
      throw new IllegalArgumentException("column: empty");
    }
    belongs("value", value, with == Masking.FIXED, with);
    belongs("keep-first", keepFirst, with == Masking.PARTIAL || with == Masking.TRUNCATED, with);
    belongs("keep-last", keepLast, with == Masking.PARTIAL, with);
    belongs("character", character, with == Masking.PARTIAL, with);
    belongs("key", key, with == Masking.HASHED, with);
    if (with == Masking.FIXED && value == null) {
      throw new IllegalArgumentException("value: missing (expected with fixed)");
    }
    if (with == Masking.HASHED && (key == null || keyLength(key) < MIN_KEY_BYTES)) {
      throw new IllegalArgumentException(
          "key: missing or too short (expected: at least " + MIN_KEY_BYTES + " bytes)");
    }
    notNegative("keep-first", keepFirst);
    notNegative("keep-last", keepLast);
    if (character != null
        && (character.length() != 1 || character.charAt(0) <= ' ' || character.charAt(0) > '~')) {
      throw new IllegalArgumentException(
          "character: " + character + " (expected: one visible ASCII character)");
    }
  }

  private static void belongs(String name, @Nullable Object given, boolean belongs, Masking with) {
    if (given != null && !belongs) {
      throw new IllegalArgumentException(
          name + ": has no meaning with " + with.name().toLowerCase(java.util.Locale.ROOT));
    }
  }

  private static void notNegative(String name, @Nullable Integer count) {
    if (count != null && count < 0) {
      throw new IllegalArgumentException(name + ": " + count + " (expected: 0 or more)");
    }
  }

  private static int keyLength(Secret key) {
    byte[] bytes = key.toByteArray();
    java.util.Arrays.fill(bytes, (byte) 0);
    return bytes.length;
  }

  QualifiedName qualifiedTable() {
    return QualifiedName.parse(table);
  }

  int effectiveKeepFirst() {
    return keepFirst == null ? 0 : keepFirst;
  }

  int effectiveKeepLast() {
    return keepLast == null ? 0 : keepLast;
  }

  char effectiveCharacter() {
    return character == null ? '*' : character.charAt(0);
  }
}
