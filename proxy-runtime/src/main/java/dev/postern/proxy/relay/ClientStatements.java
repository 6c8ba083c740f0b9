package dev.postern.proxy.relay;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
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

  /** One Parse of the unnamed statement, or a Query that left none. */
  static final class Unnamed {
    private final boolean none;
    private @Nullable Unnamed before;
    private byte @Nullable [] body;
    private int effects;
    private boolean skipped;

    private Unnamed(boolean none) {
      this.none = none;
    }
  }

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
   * @param certain whether nothing is under way behind which it might be skipped
   * @return identifies it on the server
   */
  Unnamed parsed(ByteBuf body, int effects, boolean certain) {
    Unnamed parsed = new Unnamed(false);
    parsed.before = certain ? null : kept();
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

  /** The unnamed statement, with its text, in case that what replaces it is skipped. */
  private @Nullable Unnamed kept() {
    Unnamed known = unnamed;
    if (known != null && !known.none && known.body == null && unnamedLength >= 0) {
      known.body = Arrays.copyOf(unnamedBody, unnamedLength);
      known.effects = unnamedEffects;
    }
    return known;
  }

  /** There is no unnamed statement any more. */
  void forgetUnnamed() {
    unnamed = null;
  }

  /** There is none any more, unless that is skipped. */
  @Nullable Unnamed forgetUnnamedUnlessSkipped() {
    if (unnamed == null) {
      return null;
    }
    Unnamed none = new Unnamed(true);
    none.before = kept();
    unnamed = none;
    return none;
  }

  /** What replaced the unnamed statement was skipped: the one before it is there still. */
  void skipped(Unnamed which) {
    which.skipped = true;
    if (unnamed != which) {
      return;
    }
    Unnamed before = which;
    while (before != null && before.skipped) {
      before = before.before;
    }
    unnamed = before;
    unnamedLength = -1;
    if (before != null && before.body != null) {
      unnamedBody = before.body.clone();
      unnamedLength = unnamedBody.length;
      unnamedEffects = before.effects;
    }
  }

  /** It was not parsed after all, and ended the one before. */
  void forgetUnnamed(Unnamed which) {
    which.skipped = true;
    which.before = null;
    if (unnamed == which) {
      unnamed = null;
    }
  }

  @Nullable Unnamed unnamed() {
    Unnamed known = unnamed;
    return known == null || known.none ? null : known;
  }

  /** Whether there is one if the Query that ended it is skipped. */
  boolean mayHaveUnnamed() {
    Unnamed known = unnamed;
    return known != null && known.none;
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

  /** All are gone, but for the unnamed one. */
  void clear() {
    named.clear();
  }
}
