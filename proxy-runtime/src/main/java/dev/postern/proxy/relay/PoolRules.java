package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import dev.postern.proxy.sql.StatementScan;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pool lets its clients do to the sessions of servers: finds what a statement does there
 * beyond its transaction, and refuses it where that is not allowed.
 */
final class PoolRules {
  private static final int HEADER_LENGTH = 5;

  /** Bytes that are kept for the next text. */
  private static final int SCRATCH_KEPT = 1024;

  private static final byte[] NO_SCRATCH = {};

  /** The functions for large objects, whose descriptors end with their transaction. */
  private static final Set<Integer> LARGE_OBJECTS =
      Set.of(715, 952, 953, 954, 955, 956, 957, 958, 964, 1004, 3170, 3171, 3172);

  private final PooledRelay relay;
  private final Lease lease;
  private final Outstanding outstanding;
  private final Pool pool;
  private final Pins pins;
  private final boolean statementMode;
  private final boolean refusing;
  private @Nullable Rejections rejections;
  private byte[] scratch = NO_SCRATCH;

  PoolRules(PooledRelay relay, Lease lease, Outstanding outstanding, Pool pool, Pins pins) {
    this.relay = relay;
    this.lease = lease;
    this.outstanding = outstanding;
    this.pool = pool;
    this.pins = pins;
    statementMode = pool.pooling().mode() == Pooling.Mode.STATEMENT;
    refusing = pool.pooling().sessionState() == Pooling.SessionState.REFUSE;
  }

  /** What the text between two indexes does, in bits of {@link Effects}. */
  int effectsOf(ByteBuf bytes, int from, int to) {
    int length = to - from;
    if (length <= 0) {
      return 0;
    }
    if (scratch.length < length) {
      scratch = new byte[Math.max(256, Integer.highestOneBit(length) * 2)];
    }
    bytes.getBytes(from, scratch, 0, length);
    int effects = shared(StatementScan.scan(scratch, 0, length, escapes()), scratch, 0, length);
    if (scratch.length > SCRATCH_KEPT) {
      scratch = NO_SCRATCH;
    }
    return effects;
  }

  /** Of a Parse message behind the name. */
  int effectsOf(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return shared(StatementScan.scan(body, 0, end, escapes()), body, 0, end);
  }

  /** The listening connection does what the server's session need not. */
  private int shared(int effects, byte[] text, int begin, int end) {
    if ((effects & Effects.LISTEN) == 0) {
      return effects;
    }
    boolean unicode = ClientEncoding.isUnicode(lease.backend().parameters());
    boolean understood = ListenScript.of(text, begin, end, escapes(), unicode) != null;
    return understood ? (effects & ~Effects.LISTEN) | Effects.LISTENS_SHARED : effects;
  }

  /** Of a FunctionCall: the function is called by its number. */
  static int effectsOfCall(ByteBuf bytes, int at, int here) {
    boolean known =
        here >= HEADER_LENGTH + 4 && LARGE_OBJECTS.contains(bytes.getInt(at + HEADER_LENGTH));
    return known ? 0 : Effects.UNKNOWN;
  }

  /** Whether a backslash escapes in every literal. */
  boolean escapes() {
    return "off".equals(lease.backend().parameters().values().get("standard_conforming_strings"));
  }

  /** Refuses the whole message at {@code at} if its effects are not allowed; whether it has. */
  boolean refuses(byte type, int effects, int at, int size, Requests requests) {
    if (statementMode && (effects & Effects.BEGINS) != 0) {
      reject(
          type,
          SqlState.FEATURE_NOT_SUPPORTED,
          "transaction blocks are not allowed in statement pooling (pool \"" + pool.key() + "\")",
          at,
          size,
          requests);
      return true;
    }
    int newPins = pins.added(effects);
    if (refusing && newPins != 0) {
      reject(
          type,
          SqlState.FEATURE_NOT_SUPPORTED,
          String.join(", ", Effects.reasons(newPins))
              + " is not allowed in transaction pooling (pool \""
              + pool.key()
              + "\")",
          at,
          size,
          requests);
      return true;
    }
    return false;
  }

  /** A statement goes on that was looked through when it was prepared. */
  void executed(int effects) {
    pins.statement();
    if (effects != 0) {
      pins.apply(effects);
    }
  }

  /** Sends what the server refuses, in place of a message that the client may not send. */
  void reject(byte type, SqlState sqlState, String message, int at, int size, Requests requests) {
    if (rejections == null) {
      rejections = new Rejections(false);
    }
    FrontendMessage standIn = rejections.reject(type, sqlState, message);
    requests.pass(at);
    ByteBuf out = requests.out();
    int start = out.writerIndex();
    FrontendCodec.encode(standIn, out);
    outstanding.requested(out.getByte(start), null);
    requests.skip(at + size);
  }

  /** What was refused and is not answered yet; {@code null} if nothing ever was. */
  @Nullable Rejections rejections() {
    return rejections;
  }

  /** A ReadyForQuery has come. */
  void ready(byte status) {
    if (statementMode && status != 'I') {
      relay.endedBy(
          "(statement pooling)",
          SqlState.FEATURE_NOT_SUPPORTED,
          "transaction blocks are not allowed in statement pooling");
    }
  }
}
