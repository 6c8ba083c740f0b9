package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row of a result: values in the formats that {@link RowDescription} or {@link Bind} gave. Keeps
 * them as they stand on the wire, so that a row of which one column is looked at or replaced costs
 * little more than its copy. Two rows with the same values are equal; {@code toString} shows no
 * value.
 */
public final class DataRow implements BackendMessage {
  /** What takes the place of a column's value. */
  @FunctionalInterface
  public interface Change {
    /**
     * What to put there.
     *
     * @param column from 0
     * @param value {@code null} is NULL
     * @return {@code null} is NULL
     */
    @Nullable Bytes apply(int column, @Nullable Bytes value);
  }

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final int COUNT_BYTES = 2;
  private static final int LENGTH_BYTES = 4;
  private static final int MAX_COLUMNS = 0xFFFF;

  private final byte[] body;

  private DataRow(byte[] body) {
    this.body = body;
  }

  /**
   * A row of these values.
   *
   * @param columns {@code null} is NULL
   * @throws IllegalArgumentException if there are more than 65,535
   */
  public DataRow(List<@Nullable Bytes> columns) {
    if (columns.size() > MAX_COLUMNS) {
      throw new IllegalArgumentException(
          "row of " + columns.size() + " columns (expected: 0.." + MAX_COLUMNS + ")");
    }
    long size = COUNT_BYTES;
    for (Bytes value : columns) {
      size += sizeOf(value);
    }
    ByteBuffer out = ByteBuffer.allocate(checkedSize(size)).putShort((short) columns.size());
    for (Bytes value : columns) {
      put(value, out);
    }
    body = out.array();
  }

  /**
   * A row as it stands on the wire behind type and length (PostgreSQL documentation, "Message
   * Formats"). Takes the array over; the caller must not touch it again.
   *
   * @throws IllegalArgumentException if it is no row; the message says where
   */
  public static DataRow wrapBody(byte[] body) {
    if (body.length < COUNT_BYTES) {
      throw new IllegalArgumentException(
          "column count cut off after " + body.length + " bytes (expected: 2)");
    }
    int count = (short) INT16.get(body, 0) & 0xFFFF;
    int most = (body.length - COUNT_BYTES) / LENGTH_BYTES;
    if (count > most) {
      throw new IllegalArgumentException("column count " + count + " (expected: 0.." + most + ")");
    }
    int at = COUNT_BYTES;
    for (int i = 0; i < count; i++) {
      if (body.length - at < LENGTH_BYTES) {
        throw new IllegalArgumentException(
            "column cut off after " + (body.length - at) + " bytes (expected: 4)");
      }
      int length = (int) INT32.get(body, at);
      at += LENGTH_BYTES;
      if (length < -1 || length > body.length - at) {
        throw new IllegalArgumentException(
            "column of " + length + " bytes (expected: -1.." + (body.length - at) + ")");
      }
      at += Math.max(length, 0);
    }
    if (at < body.length) {
      throw new IllegalArgumentException(body.length - at + " bytes too many (expected: the end)");
    }
    return new DataRow(body);
  }

  /** As it stands on the wire behind type and length. */
  public Bytes body() {
    return Bytes.wrap(body);
  }

  /** How many columns there are. */
  public int size() {
    return (short) INT16.get(body, 0) & 0xFFFF;
  }

  /**
   * The value of one column, {@code null} for NULL; shares the row's memory.
   *
   * @param column from 0
   * @throws IndexOutOfBoundsException if there is none
   */
  public @Nullable Bytes column(int column) {
    Objects.checkIndex(column, size());
    int at = COUNT_BYTES;
    for (int i = 0; i < column; i++) {
      at = behind(at);
    }
    return valueAt(at);
  }

  /** All values, {@code null} for NULL; they share the row's memory. The list cannot be changed. */
  public List<@Nullable Bytes> columns() {
    int size = size();
    List<@Nullable Bytes> columns = new ArrayList<>(size);
    int at = COUNT_BYTES;
    for (int i = 0; i < size; i++) {
      columns.add(valueAt(at));
      at = behind(at);
    }
    return Collections.unmodifiableList(columns);
  }

  /**
   * This row with another value in one column.
   *
   * @param column from 0
   * @throws IndexOutOfBoundsException if there is none
   */
  public DataRow with(int column, @Nullable Bytes value) {
    return withColumns(new int[] {column}, (_, _) -> value);
  }

  /**
   * This row with other values in some columns. What lies between them is copied as it is.
   *
   * @param columns from 0, in rising order
   * @param change is asked once for each of them, in their order
   * @throws IndexOutOfBoundsException if there is no such column, or they are not in rising order
   */
  public DataRow withColumns(int[] columns, Change change) {
    int[] begins = new int[columns.length];
    @Nullable Bytes[] values = new @Nullable Bytes[columns.length];
    long size = body.length;
    int count = size();
    int at = COUNT_BYTES;
    int column = 0;
    for (int i = 0; i < columns.length; i++) {
      if (columns[i] < column || columns[i] >= count) {
        throw new IndexOutOfBoundsException(
            "column " + columns[i] + " (expected: " + column + ".." + (count - 1) + ")");
      }
      while (column < columns[i]) {
        at = behind(at);
        column++;
      }
      begins[i] = at;
      values[i] = change.apply(column, valueAt(at));
      int end = behind(at);
      size += sizeOf(values[i]) - (end - at);
      at = end;
      column++;
    }
    ByteBuffer out = ByteBuffer.allocate(checkedSize(size));
    int copied = 0;
    for (int i = 0; i < columns.length; i++) {
      out.put(body, copied, begins[i] - copied);
      put(values[i], out);
      copied = behind(begins[i]);
    }
    out.put(body, copied, body.length - copied);
    return new DataRow(out.array());
  }

  private int behind(int at) {
    return at + LENGTH_BYTES + Math.max((int) INT32.get(body, at), 0);
  }

  private @Nullable Bytes valueAt(int at) {
    int length = (int) INT32.get(body, at);
    return length < 0 ? null : Bytes.wrap(body).slice(at + LENGTH_BYTES, length);
  }

  private static int sizeOf(@Nullable Bytes value) {
    return LENGTH_BYTES + (value == null ? 0 : value.length());
  }

  private static int checkedSize(long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("row of " + size + " bytes (expected: less than 2 GiB)");
    }
    return (int) size;
  }

  private static void put(@Nullable Bytes value, ByteBuffer out) {
    if (value == null) {
      out.putInt(-1);
    } else {
      out.putInt(value.length());
      value.copyTo(out);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DataRow that && body().equals(that.body());
  }

  @Override
  public int hashCode() {
    return body().hashCode();
  }

  @Override
  public String toString() {
    return "DataRow[" + size() + " columns, " + body.length + " bytes]";
  }
}
