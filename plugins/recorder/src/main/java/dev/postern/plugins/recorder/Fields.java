package dev.postern.plugins.recorder;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.SqlLiterals;
import dev.postern.api.message.FieldDescription;
import dev.postern.api.message.Format;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of one message as the pairs of a map. Every method stands for a kind of content
 * and knows what of it may be shown.
 */
final class Fields {
  private final Cbor out;
  private final Redaction redaction;

  Fields(Cbor out, Redaction redaction) {
    this.out = out;
    this.redaction = redaction;
  }

  /** A word of the protocol, the same for all. */
  Fields word(String key, Enum<?> value) {
    out.text(key).text(value.name());
    return this;
  }

  Fields number(String key, long value) {
    out.text(key).number(value);
    return this;
  }

  Fields oids(String key, List<Integer> values) {
    out.text(key).array(values.size());
    values.forEach(value -> out.number(Integer.toUnsignedLong(value)));
    return this;
  }

  Fields formats(String key, List<Format> values) {
    out.text(key).array(values.size());
    values.forEach(value -> out.number(value.code()));
    return this;
  }

  /** A name, a tag or a setting. */
  Fields name(String key, String value) {
    out.text(key);
    text(value, redaction.everything());
    return this;
  }

  Fields sql(String key, String value) {
    out.text(key);
    boolean literals = redaction.queryLiterals() || speaksOfPassword(value);
    text(
        literals && !redaction.everything() ? SqlLiterals.redact(value) : value,
        redaction.everything());
    return this;
  }

  Fields errorText(String key, String value) {
    out.text(key);
    text(value, redaction.errorTexts());
    return this;
  }

  Fields bindValues(String key, List<@Nullable Bytes> values) {
    values(key, values, redaction.everything() || redaction.bindValues());
    return this;
  }

  Fields rowValues(String key, List<@Nullable Bytes> values) {
    values(key, values, redaction.everything() || redaction.rowValues());
    return this;
  }

  Fields rowValue(String key, @Nullable Bytes value) {
    out.text(key);
    value(value, redaction.everything() || redaction.rowValues());
    return this;
  }

  Fields columns(String key, List<FieldDescription> columns) {
    out.text(key).array(columns.size());
    for (FieldDescription column : columns) {
      out.map(3).text("name");
      text(column.name(), redaction.everything());
      out.text("type").number(Integer.toUnsignedLong(column.typeOid()));
      out.text("format").number(column.format().code());
    }
    return this;
  }

  private void values(String key, List<@Nullable Bytes> values, boolean redacted) {
    out.text(key).array(values.size());
    for (Bytes value : values) {
      value(value, redacted);
    }
  }

  private void value(@Nullable Bytes value, boolean redacted) {
    if (value == null) {
      out.nothing();
    } else if (redacted) {
      length(value.length());
    } else {
      out.bytes(value.toByteArray());
    }
  }

  private void text(String value, boolean redacted) {
    if (redacted) {
      length(value.length());
    } else {
      out.text(value);
    }
  }

  private void length(int length) {
    out.map(1).text("length").number(length);
  }

  /** ALTER ROLE and its kin take passwords as literals, and no password may come into a file. */
  private static boolean speaksOfPassword(String sql) {
    return sql.toLowerCase(Locale.ROOT).contains("password");
  }
}
