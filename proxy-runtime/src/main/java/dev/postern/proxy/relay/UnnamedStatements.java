package dev.postern.proxy.relay;

import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The unnamed statement of one client in transaction pooling, and those before it, which come back
 * where what replaced them is skipped.
 */
final class UnnamedStatements {
  /**
   * A longer unnamed statement is not kept: it works in the transaction in which it was parsed, as
   * all do, and not beyond.
   */
  private static final int MAX_UNNAMED = 1024 * 1024;

  private static final byte[] NO_BODY = {};

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

    /** The server has carried it out: what was there before does not come back. */
    void confirm() {
      before = null;
    }
  }

  private @Nullable Unnamed last;
  private byte[] lastBody = NO_BODY;
  private int lastLength;
  private int lastEffects;

  /**
   * The client has parsed the unnamed statement.
   *
   * @param body where the Parse message begins behind the name
   * @param length from there to its end
   * @param certain whether nothing is under way behind which it might be skipped
   * @return identifies it on the server
   */
  Unnamed parsed(ByteBuf bytes, int body, int length, int effects, boolean certain) {
    Unnamed parsed = new Unnamed(false);
    parsed.before = certain ? null : kept();
    last = parsed;
    lastEffects = effects;
    if (length > MAX_UNNAMED) {
      lastLength = -1;
    } else {
      if (lastBody.length < length) {
        lastBody = new byte[Math.max(64, Integer.highestOneBit(length) * 2)];
      }
      bytes.getBytes(body, lastBody, 0, length);
      lastLength = length;
    }
    return parsed;
  }

  /** The unnamed statement, with its text, in case that what replaces it is skipped. */
  private @Nullable Unnamed kept() {
    Unnamed known = last;
    if (known != null && !known.none && known.body == null && lastLength >= 0) {
      known.body = Arrays.copyOf(lastBody, lastLength);
      known.effects = lastEffects;
    }
    return known;
  }

  /** There is no unnamed statement any more. */
  void forget() {
    last = null;
  }

  /** There is none any more, unless that is skipped. */
  @Nullable Unnamed forgetUnlessSkipped() {
    if (last == null) {
      return null;
    }
    Unnamed none = new Unnamed(true);
    none.before = kept();
    last = none;
    return none;
  }

  /** What replaced the unnamed statement was skipped: the one before it is there still. */
  void skipped(Unnamed which) {
    which.skipped = true;
    if (last != which) {
      return;
    }
    Unnamed before = which;
    while (before != null && before.skipped) {
      before = before.before;
    }
    last = before;
    lastLength = -1;
    if (before != null && before.body != null) {
      lastBody = before.body.clone();
      lastLength = lastBody.length;
      lastEffects = before.effects;
    }
  }

  /** It was not parsed after all, and ended the one before. */
  void forget(Unnamed which) {
    which.skipped = true;
    which.before = null;
    if (last == which) {
      last = null;
    }
  }

  @Nullable Unnamed current() {
    Unnamed known = last;
    return known == null || known.none ? null : known;
  }

  /** Whether there is one if the Query that ended it is skipped. */
  boolean mayBeThere() {
    Unnamed known = last;
    return known != null && known.none;
  }

  int effects() {
    return lastEffects;
  }

  boolean canParseAgain() {
    return lastLength >= 0;
  }

  /** Of the Parse message behind the name. */
  byte[] body() {
    return Arrays.copyOf(lastBody, lastLength);
  }

  /** Writes the Parse message that prepares the unnamed statement again. */
  void write(ByteBuf out) {
    if ((lastEffects & Effects.LISTENS_SHARED) != 0) {
      byte[] body = ListenScript.forServer(body());
      out.writeByte('P').writeInt(4 + 1 + body.length).writeByte(0).writeBytes(body);
      return;
    }
    out.writeByte('P').writeInt(4 + 1 + lastLength).writeByte(0);
    out.writeBytes(lastBody, 0, lastLength);
  }
}
