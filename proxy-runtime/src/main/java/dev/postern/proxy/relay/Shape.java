package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;

/**
 * A number for what a server says of a statement's parameters and columns; equal where PostgreSQL
 * would go on with a plan: names, types and their modifiers, but not the table they come from.
 */
final class Shape {
  /** FNV-1a, 64 bits: no one gains by two shapes of one number. */
  private static final long BASIS = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;
  private static final int HEADER_LENGTH = 5;

  private Shape() {}

  /** Of a whole ParameterDescription. */
  static long ofParameters(ByteBuf bytes, int at, int size) {
    return add(BASIS, bytes, at, size);
  }

  /**
   * Of a whole RowDescription or NoData.
   *
   * @param parameters the number of the statement's parameters
   */
  static long ofColumns(long parameters, ByteBuf bytes, int at, int size) {
    long shape = (parameters ^ bytes.getByte(at)) * PRIME;
    int end = at + size;
    int field = at + HEADER_LENGTH + 2;
    while (field < end) {
      int nameEnd = bytes.indexOf(field, end, (byte) 0);
      if (nameEnd < 0 || end - nameEnd < 19) {
        return add(shape, bytes, at, size); // not in order, and equal to itself only
      }
      shape = add(shape, bytes, field, nameEnd + 1 - field);
      shape = add(shape, bytes, nameEnd + 7, 4); // type
      shape = add(shape, bytes, nameEnd + 13, 4); // modifier
      field = nameEnd + 19;
    }
    return shape;
  }

  private static long add(long shape, ByteBuf bytes, int from, int length) {
    long result = shape;
    for (int i = from; i < from + length; i++) {
      result = (result ^ (bytes.getByte(i) & 0xff)) * PRIME;
    }
    return result;
  }
}
