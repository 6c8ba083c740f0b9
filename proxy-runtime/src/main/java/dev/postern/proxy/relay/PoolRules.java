package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.ClientEncoding;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import dev.postern.proxy.sql.StatementScan;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

  private static final SqlState INVALID_STATEMENT_NAME = new SqlState("26000");

  private static final byte[] NO_SCRATCH = {};

  /** The functions for large objects, whose descriptors end with their transaction. */
  private static final Set<Integer> LARGE_OBJECTS =
      Set.of(715, 952, 953, 954, 955, 956, 957, 958, 964, 1004, 3170, 3171, 3172);

  private static final Set<String> BACKSLASH_IN_CHARACTERS =
      Set.of("BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC");

  private final PooledRelay relay;
  private final Restoring restoring;
  private final Outstanding outstanding;
  private final Pool pool;
  private final Pins pins;
  private final boolean statementMode;
  private final boolean refusing;
  private @Nullable Rejections rejections;

  /** Those that the next two are of. */
  private @Nullable ServerParameters looked;

  private boolean escapes;

  /** Whether a backslash can be the half of a character. */
  private boolean halves;

  private byte[] scratch = NO_SCRATCH;

  PoolRules(PooledRelay relay, Restoring restoring, Outstanding outstanding, Pool pool, Pins pins) {
    this.relay = relay;
    this.restoring = restoring;
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
    int effects = scanned(scratch, length);
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
    return scanned(body, end);
  }

  private int scanned(byte[] text, int end) {
    int effects = shared(StatementScan.scan(text, 0, end, escapes()), text, 0, end);
    return mayHideQuotes(text, end) ? effects | Effects.UNKNOWN | hidden(text, end) : effects;
  }

  /** Whether a backslash in the text may be the half of a character, and escape nothing. */
  private boolean mayHideQuotes(byte[] text, int end) {
    look();
    if (!halves && !pins.areReportsUncertain()) {
      return false;
    }
    for (int i = 1; i < end; i++) {
      if (text[i] == '\\' && text[i - 1] < 0) {
        return true;
      }
    }
    return false;
  }

  /** Where it cannot be told what is a literal, a name may stand in one. */
  private static int hidden(byte[] text, int end) {
    String latin = new String(text, 0, end, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    boolean names = latin.contains("execute") || latin.contains(StatementScan.SHARED_NAMES);
    return names ? Effects.NAMES_SHARED : 0;
  }

  /** The listening connection does what the server's session need not. */
  private int shared(int effects, byte[] text, int begin, int end) {
    if ((effects & Effects.LISTEN) == 0) {
      return effects;
    }
    boolean unicode = ClientEncoding.isUnicode(restoring.settings());
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
    look();
    return escapes;
  }

  /** Looks at the client's settings, if they are others than before. */
  private void look() {
    ServerParameters settings = restoring.settings();
    if (!Objects.equals(settings, looked)) {
      looked = settings;
      Map<String, String> values = settings.values();
      escapes = "off".equals(values.get("standard_conforming_strings"));
      halves = BACKSLASH_IN_CHARACTERS.contains(values.getOrDefault("client_encoding", ""));
    }
  }

  /** Refuses the whole message at {@code at} if its effects are not allowed; whether it has. */
  boolean refuses(byte type, int effects, int at, int size, Requests requests) {
    if (statementMode && (effects & Effects.BEGINS) != 0) {
      reject(
          type,
          SqlState.FEATURE_NOT_SUPPORTED,
          "transaction blocks are not allowed in statement pooling (pool \"%s\")"
              .formatted(pool.key().shownToClients()),
          at,
          size,
          requests);
      return true;
    }
    if ((effects & Effects.NAMES_SHARED) != 0) {
      reject(
          type,
          INVALID_STATEMENT_NAME,
          "names that begin with \"%s\", or are written with U&, are not for statements of SQL in pools"
              .formatted(StatementScan.SHARED_NAMES),
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
          "%s is not allowed in %s pooling (pool \"%s\")"
              .formatted(
                  String.join(", ", Effects.reasons(newPins)),
                  statementMode ? "statement" : "transaction",
                  pool.key().shownToClients()),
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
    if (rejections.isFull()) {
      relay.refusedTooMuch();
      return;
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
    if (rejections != null && outstanding.queue.isEmpty()) {
      rejections.forgetAll();
    }
    if (statementMode && status != 'I') {
      relay.endedBy(
          "(statement pooling)",
          SqlState.FEATURE_NOT_SUPPORTED,
          "transaction blocks are not allowed in statement pooling");
    }
  }
}
