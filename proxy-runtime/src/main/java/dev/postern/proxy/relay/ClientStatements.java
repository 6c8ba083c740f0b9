package dev.postern.proxy.relay;

import dev.postern.proxy.relay.SharedRewriting.Named;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements of one client in transaction pooling: the names that it gave, and the
 * unnamed one. Created when the first is prepared.
 */
final class ClientStatements {
  /**
   * A longer unnamed statement is not kept: it works in the transaction in which it was parsed, as
   * all do, and not beyond.
   */
  private static final int MAX_UNNAMED = 1024 * 1024;

  /** Identifies one Parse of the unnamed statement. */
  static final class Unnamed {}

  private final Map<String, Named> named = new HashMap<>();
  private @Nullable Unnamed unnamed;
  private byte[] unnamedBody = {};
  private int unnamedLength;
  private int unnamedEffects;

  @Nullable Named get(String name) {
    return named.get(name);
  }

  void put(Named statement) {
    named.put(statement.name(), statement);
  }

  void remove(String name) {
    named.remove(name);
  }

  /** The name was not prepared after all. */
  void undo(Named statement) {
    named.remove(statement.name(), statement);
  }

  /**
   * The client has parsed the unnamed statement.
   *
   * @param body of the Parse message behind the name
   * @return identifies it on the server
   */
  Unnamed parsed(ByteBuf body, int effects) {
    Unnamed parsed = new Unnamed();
    int length = body.readableBytes();
    unnamed = parsed;
    unnamedEffects = effects;
    if (length > MAX_UNNAMED) {
      unnamedLength = -1;
    } else {
      if (unnamedBody.length < length) {
        unnamedBody = new byte[Math.max(64, Integer.highestOneBit(length) * 2)];
      }
      body.getBytes(body.readerIndex(), unnamedBody, 0, length);
      unnamedLength = length;
    }
    return parsed;
  }

  /** There is no unnamed statement any more. */
  void forgetUnnamed() {
    unnamed = null;
  }

  void forgetUnnamed(Unnamed which) {
    if (unnamed == which) {
      unnamed = null;
    }
  }

  @Nullable Unnamed unnamed() {
    return unnamed;
  }

  int unnamedEffects() {
    return unnamedEffects;
  }

  boolean canParseUnnamedAgain() {
    return unnamedLength >= 0;
  }

  /** Writes the Parse message that prepares the unnamed statement again. */
  void writeUnnamed(ByteBuf out) {
    out.writeByte('P').writeInt(4 + 1 + unnamedLength).writeByte(0);
    out.writeBytes(unnamedBody, 0, unnamedLength);
  }

  void clear() {
    named.clear();
    unnamed = null;
  }
}
