package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.routing.Pooling;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.pool.PreparedStatements;
import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.relay.ClientStatements.Unnamed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Transaction and statement pooling: gives prepared statements the names that they have on servers
 * and prepares them where they are not, and watches for what ties a session to its backend.
 */
final class SharedRewriting implements Rewriting {
  private static final int HEADER_LENGTH = 5;

  /** Longer texts are not looked through, and may have done anything, in bytes. */
  private static final int MAX_SCANNED = 1024 * 1024;

  /** The longest Parse message of a named statement, in bytes. */
  private static final int MAX_PARSE = 16 * 1024 * 1024;

  /** What servers keep of a statement's name, in bytes. */
  private static final int MAX_NAME = 63;

  /** The functions for large objects, whose descriptors end with their transaction. */
  private static final Set<Integer> LARGE_OBJECTS =
      Set.of(715, 952, 953, 954, 955, 956, 957, 958, 964, 1004, 3170, 3171, 3172);

  private static final String ESCAPES = "\0escapes";

  private static final byte[] NO_NAME = {};

  private static final Pattern DEALLOCATE_ONE =
      Pattern.compile(
          "\\s*DEALLOCATE\\s+(?:PREPARE\\s+)?(?:\"([^\"]+)\"|([a-z_][a-z0-9_$]*))\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  private final PooledRelay relay;
  private final Pool pool;
  private final boolean statementMode;
  private final boolean refusing;
  private @Nullable ClientStatements statements;
  private @Nullable Rejections rejections;
  private byte[] scratch = {};
  private final Pins pins;
  private final Restoring restoring;

  /** Names whose Parse may yet fail, or be skipped. */
  private final Set<Named> uncertain = new HashSet<>(0);

  /** Names that were not prepared after all, until ReadyForQuery. */
  private final Set<Named> refused = new HashSet<>(0);

  /** Whose description the session waits for, to see whether it is what the client was told. */
  private @Nullable Statement awaited;

  /** Whether the session waits for all answers, to see what a name means. */
  private boolean awaitsAll;

  private boolean resumable;

  /** Whether the unnamed statement was parsed since the last Sync. */
  private boolean parsedUnnamed;

  /** Of the statements of a client that is tied to its backend: they can mean something else. */
  private @Nullable Object ownScope;

  SharedRewriting(PooledRelay relay, Pool pool) {
    this.relay = relay;
    pins = new Pins(relay);
    restoring = new Restoring(relay);
    this.pool = pool;
    statementMode = pool.pooling().mode() == Pooling.Mode.STATEMENT;
    refusing = pool.pooling().sessionState() == Pooling.SessionState.REFUSE;
  }

  boolean isPinned() {
    return !pins.isEmpty();
  }

  List<String> pins() {
    return pins.reasons();
  }

  @Nullable Rejections rejections() {
    return rejections;
  }

  ClientStatements statements() {
    ClientStatements known = statements;
    if (known == null) {
      known = new ClientStatements();
      statements = known;
    }
    return known;
  }

  @Override
  public boolean needsMore(byte type, ByteBuf bytes, int at, int end, int size) {
    return switch (type) {
      case 'Q', 'C', 'D', 'F' -> size <= MAX_SCANNED;
      case 'P' -> size <= MAX_PARSE;
      case 'B' -> end - at <= MAX_SCANNED && statementName(bytes, at, end) < 0;
      default -> false;
    };
  }

  /** Where the statement's name in a Bind ends, or -1 if that has not come. */
  private static int statementName(ByteBuf bytes, int at, int end) {
    int portalEnd = zero(bytes, at + HEADER_LENGTH, end);
    return portalEnd < 0 ? -1 : zero(bytes, portalEnd + 1, end);
  }

  private static int zero(ByteBuf bytes, int from, int end) {
    for (int i = from; i < end; i++) {
      if (bytes.getByte(i) == 0) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void request(byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    if (type == 'S' || type == 'Q') {
      parsedUnnamed = false;
    }
    if (relay.isSkipping() && type != 'S') {
      return; // it goes on, and nobody looks at it
    }
    switch (type) {
      case 'Q' -> query(bytes, at, here, size, requests);
      case 'P' -> parse(bytes, at, here, size, requests);
      case 'B' -> bind(bytes, at, here, requests);
      case 'D', 'C' -> describeOrClose(type, bytes, at, here, size, requests);
      case 'H' -> {
        if (relay.queue().isEmpty()) {
          relay.client().flush();
        }
      }
      case 'F' -> call(bytes, at, here, size, requests);
      default -> relay.requested(type, null);
    }
  }

  private void query(ByteBuf bytes, int at, int here, int size, Requests requests) {
    Unnamed gone = null;
    if (statements != null) {
      if (relay.queue().isEmpty()) {
        statements.forgetUnnamed();
      } else {
        gone = statements.forgetUnnamedUnlessSkipped();
      }
    }
    prepared().unnamedOwner(null);
    pins.statement();
    if (here < size) {
      pins.apply(Effects.UNKNOWN);
      relay.requested((byte) 'Q', gone);
      return;
    }
    int from = at + HEADER_LENGTH;
    int effects = scan(bytes, from, at + size - 1);
    if (effects != 0) {
      if (refuses((byte) 'Q', effects, at, size, requests)) {
        return;
      }
      if ((effects & Effects.DEALLOCATES_ONE) != 0 && deallocate(bytes, at, size, gone, requests)) {
        return;
      }
      pins.apply(effects);
    }
    relay.requested((byte) 'Q', gone);
  }

  /** A function is called by its number. */
  private void call(ByteBuf bytes, int at, int here, int size, Requests requests) {
    pins.statement();
    boolean known =
        here >= HEADER_LENGTH + 4 && LARGE_OBJECTS.contains(bytes.getInt(at + HEADER_LENGTH));
    if (!known) {
      if (here == size && refuses((byte) 'F', Effects.UNKNOWN, at, size, requests)) {
        return;
      }
      pins.apply(Effects.UNKNOWN);
    }
    relay.requested((byte) 'F', null);
  }

  private int scan(ByteBuf bytes, int from, int to) {
    int length = to - from;
    if (length <= 0) {
      return 0;
    }
    if (scratch.length < length) {
      scratch = new byte[Math.max(256, Integer.highestOneBit(length) * 2)];
    }
    bytes.getBytes(from, scratch, 0, length);
    int effects = StatementScan.scan(scratch, 0, length, escapes());
    if (scratch.length > COPY_KEPT) {
      scratch = NO_NAME;
    }
    return effects;
  }

  private static final int COPY_KEPT = 1024;

  /** Whether a backslash escapes in every literal. */
  private boolean escapes() {
    return "off".equals(relay.backend().parameters().values().get("standard_conforming_strings"));
  }

  /** Of a Parse message behind the name. */
  private int effectsOf(byte[] body) {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return StatementScan.scan(body, 0, end, escapes());
  }

  private boolean refuses(byte type, int effects, int at, int size, Requests requests) {
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

  /** Sends what the server refuses, in place of a message that the client may not send. */
  private void reject(
      byte type, SqlState sqlState, String message, int at, int size, Requests requests) {
    if (rejections == null) {
      rejections = new Rejections(false);
    }
    FrontendMessage standIn = rejections.reject(type, sqlState, message);
    requests.pass(at);
    ByteBuf out = requests.out();
    int start = out.writerIndex();
    FrontendCodec.encode(standIn, out);
    relay.requested(out.getByte(start), null);
    requests.skip(at + size);
  }

  Pins ties() {
    return pins;
  }

  Restoring restoring() {
    return restoring;
  }

  /** A ReadyForQuery has come; {@code own}: of a query of Postern's own. */
  void ready(byte status, boolean own) {
    restoring.ready();
    refused.clear();
    if (!own) {
      pins.ready(status);
      if (statementMode && status != 'I') {
        relay.endedBy(
            "(statement pooling)",
            SqlState.FEATURE_NOT_SUPPORTED,
            "transaction blocks are not allowed in statement pooling");
      }
    }
  }

  private PreparedStatements prepared() {
    return relay.backend().prepared();
  }

  /** SQL's DEALLOCATE of a statement that was prepared by the protocol. */
  private boolean deallocate(
      ByteBuf bytes, int at, int size, @Nullable Unnamed gone, Requests requests) {
    byte[] text = deallocation(bytes, at + HEADER_LENGTH, at + size - 1, at, requests);
    if (text == null) {
      return false;
    }
    requests.out().writeByte('Q').writeInt(4 + text.length + 1).writeBytes(text).writeByte(0);
    requests.skip(at + size);
    relay.requested((byte) 'Q', gone);
    return true;
  }

  /** The text with the name that the statement has on the server, or {@code null} as it is. */
  private byte @Nullable [] deallocation(
      ByteBuf bytes, int from, int to, int at, Requests requests) {
    Matcher matcher =
        DEALLOCATE_ONE.matcher(bytes.toString(from, to - from, StandardCharsets.ISO_8859_1));
    if (statements == null || !matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(1);
    String name = quoted != null ? quoted : matcher.group(2).toLowerCase(Locale.ROOT);
    Named named = statements.get(name);
    if (named == null) {
      return null;
    }
    Statement statement = named.statement();
    requests.pass(at);
    prepare(statement, requests);
    statements.remove(name);
    prepared().remove(statement);
    return ("DEALLOCATE " + new String(statement.name(), StandardCharsets.US_ASCII))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void parse(ByteBuf bytes, int at, int here, int size, Requests requests) {
    if (here < size) {
      if (bytes.getByte(at + HEADER_LENGTH) != 0) {
        relay.violated(
            relay.client(), "a Parse of a named statement of more than " + MAX_PARSE + " bytes");
        return;
      }
      prepared().unnamedOwner(null);
      statements().forgetUnnamed();
      pins.apply(Effects.UNKNOWN);
      relay.requested((byte) 'P', null);
      return;
    }
    int end = at + size;
    int nameEnd = zero(bytes, at + HEADER_LENGTH, end);
    if (nameEnd < 0) {
      relay.requested((byte) 'P', null); // the server refuses it
      return;
    }
    if (nameEnd == at + HEADER_LENGTH) {
      parseUnnamed(bytes, at, nameEnd + 1, size, requests);
    } else {
      parseNamed(bytes, at, nameEnd, size, requests);
    }
  }

  private void parseUnnamed(ByteBuf bytes, int at, int body, int size, Requests requests) {
    int end = at + size;
    int textEnd = zero(bytes, body, end);
    int effects = textEnd < 0 ? 0 : scan(bytes, body, textEnd);
    pins.statement();
    if (effects != 0) {
      if (refuses((byte) 'P', effects, at, size, requests)) {
        return;
      }
      pins.apply(effects);
    }
    if ((effects & Effects.DEALLOCATES_ONE) != 0) {
      byte[] text = deallocation(bytes, body, textEnd, at, requests);
      if (text != null) {
        requests.out().writeByte('P').writeInt(4 + 1 + text.length + 1 + 2).writeByte(0);
        requests.out().writeBytes(text).writeByte(0).writeShort(0);
        requests.skip(end);
        statements().forgetUnnamed();
        prepared().unnamedOwner(null);
        parsedUnnamed = true;
        relay.requested((byte) 'P', null);
        return;
      }
    }
    Unnamed parsed =
        statements().parsed(bytes.slice(body, end - body), effects, relay.queue().isEmpty());
    prepared().unnamedOwner(parsed);
    parsedUnnamed = true;
    relay.requested((byte) 'P', parsed);
  }

  private void parseNamed(ByteBuf bytes, int at, int nameEnd, int size, Requests requests) {
    pins.statement();
    String name = name(bytes, at + HEADER_LENGTH, nameEnd);
    ClientStatements known = statements();
    if (known.get(name) != null) {
      if (!relay.queue().isEmpty()) {
        // Whether it is there is not certain yet.
        requests.pass(at);
        awaitsAll = true;
        hold(at, requests);
        return;
      }
      requests.pass(at);
      requests.skip(at + size);
      taken(bytes, nameEnd, at + size, name, requests);
      return;
    }
    int end = at + size;
    byte[] body = ByteBufUtil.getBytes(bytes, nameEnd + 1, end - nameEnd - 1);
    Statement statement = pool.statements().of(body, scope(), this::effectsOf);
    if (refuses((byte) 'P', statement.effects(), at, size, requests)) {
      return;
    }
    Named named = new Named(name, statement);
    known.put(named);
    if (relay.queue().isEmpty()) {
      uncertain.clear();
    }
    uncertain.add(named);
    requests.pass(at);
    requests.skip(end);
    boolean refusable = relay.queue().cycles() > 0 || relay.progress().transactionStatus() == 'E';
    if (prepared().isConfirmed(statement) && !refusable) {
      answer(RequestQueue.PARSE, named);
    } else {
      boolean again = prepared().use(statement);
      if (again) {
        // It may yet fail, and this one has to fail then as well.
        close(statement, requests);
      }
      writeParse(statement, requests.out());
      relay.requested((byte) 'P', again ? new ClientsWords.Again(named) : named);
      added(statement, requests);
      describe(statement, named, requests);
    }
  }

  /** The server finds all that is wrong with it, at last that there is a statement of its name. */
  private void taken(ByteBuf bytes, int nameEnd, int end, String name, Requests requests) {
    Named named = Objects.requireNonNull(statements().get(name));
    prepare(named.statement(), requests);
    byte[] serverName = named.statement().name();
    ByteBuf out = requests.out();
    out.writeByte('P').writeInt(4 + serverName.length + end - nameEnd).writeBytes(serverName);
    out.writeBytes(bytes, nameEnd, end - nameEnd);
    relay.requested((byte) 'P', new ClientsWords.Taken(named));
  }

  /** Equal for clients for whom a text means the same. */
  private Object scope() {
    if (isPinned()) {
      Object own = ownScope;
      if (own == null) {
        own = new Object();
        ownScope = own;
      }
      return own;
    }
    return relay.backend().parameters().values().getOrDefault("search_path", "")
        + (escapes() ? ESCAPES : "");
  }

  /** Asks, for Postern, what a statement's parameters and columns are. */
  private void describe(Statement statement, Object what, Requests requests) {
    writeDescribe(statement.name(), requests.out());
    relay.queue().add(RequestQueue.DESCRIBE | RequestQueue.OWN, what);
  }

  private static void writeDescribe(byte[] name, ByteBuf out) {
    out.writeByte('D').writeInt(4 + 1 + name.length + 1).writeByte('S');
    out.writeBytes(name).writeByte(0);
  }

  /** A server has said what a statement's parameters and columns are. */
  void described(@Nullable Object what, long shape) {
    switch (what) {
      case Named named -> {
        Statement statement = named.statement();
        if (!statement.describe(shape)) {
          // Tables have changed: it is another statement for this client than for those before.
          pool.statements().forget(statement);
          Statement fresh = pool.statements().of(statement.body(), scope(), this::effectsOf);
          fresh.describe(shape);
          if (named.equals(statements().get(named.name()))) {
            statements().put(new Named(named.name(), fresh));
          }
        }
      }
      case Statement statement -> {
        if (!statement.describe(shape)) {
          pool.statements().forget(statement);
        }
        resumable |= statement.equals(awaited);
      }
      case null, default -> {}
    }
  }

  /** The server skips what it is sent, up to the next Sync. */
  void skips() {
    resumable |= awaited != null || awaitsAll;
  }

  /** Whether what was held back can go on; says so once. */
  boolean isResumable() {
    if (!resumable && !(awaitsAll && relay.queue().isEmpty())) {
      return false;
    }
    awaited = null;
    awaitsAll = false;
    resumable = false;
    return true;
  }

  /** A statement's name as servers keep it, a char for each byte. */
  private static String name(ByteBuf bytes, int from, int end) {
    return bytes.toString(from, Math.min(MAX_NAME, end - from), StandardCharsets.ISO_8859_1);
  }

  private static void writeParse(Statement statement, ByteBuf out) {
    byte[] name = statement.name();
    byte[] body = statement.body();
    out.writeByte('P').writeInt(4 + name.length + 1 + body.length);
    out.writeBytes(name).writeByte(0).writeBytes(body);
  }

  /** A statement was sent to be prepared: others may have to go. */
  private void added(Statement statement, Requests requests) {
    prepared().add(statement);
    for (Statement old = prepared().evict(); old != null; old = prepared().evict()) {
      close(old, requests);
    }
  }

  private void close(Statement statement, Requests requests) {
    byte[] name = statement.name();
    requests.out().writeByte('C').writeInt(4 + 1 + name.length + 1).writeByte('S');
    requests.out().writeBytes(name).writeByte(0);
    relay.queue().add(RequestQueue.CLOSE | RequestQueue.OWN, statement);
  }

  /** Sees to it that the backend knows the statement. */
  private void prepare(Statement statement, Requests requests) {
    if (!prepared().use(statement)) {
      writeParse(statement, requests.out());
      relay.queue().add(RequestQueue.PARSE | RequestQueue.OWN, statement);
      added(statement, requests);
      describe(statement, statement, requests);
    }
  }

  /**
   * Sees to it that the backend knows the statement before the client uses it.
   *
   * @param at where the message begins that uses it
   * @return false if that has to wait, because the client was told what it will get, and the
   *     backend has yet to say that it is the same
   */
  private boolean prepare(Named named, int at, Requests requests) {
    Statement statement = named.statement();
    if (relay.queue().cycles() > 0 && uncertain.contains(named)) {
      requests.pass(at);
      awaitsAll = true;
      hold(at, requests);
      return false;
    }
    if (statement.isStale()) {
      requests.pass(at);
      return true;
    }
    boolean waits = statement.isDescribed() && !prepared().use(statement);
    requests.pass(at);
    prepare(statement, requests);
    if (waits) {
      awaited = statement;
      hold(at, requests);
    }
    return !waits;
  }

  /** Keeps back what comes, and lets the server answer all that it was sent. */
  private void hold(int at, Requests requests) {
    requests.out().writeByte('H').writeInt(4);
    relay.begun();
    requests.hold(at);
  }

  /** What the server calls the statement; it knows no stale one, and says so. */
  private static byte[] serverName(Statement statement) {
    byte[] name = statement.name();
    return statement.isStale()
        ? (new String(name, StandardCharsets.US_ASCII) + ClientsWords.STALE)
            .getBytes(StandardCharsets.US_ASCII)
        : name;
  }

  /** Answers in the server's place, in turn. */
  private void answer(byte kind, Object what) {
    relay.begun();
    if (relay.queue().isEmpty()) {
      relay.toClient(Answers.answer(kind));
    } else {
      relay.queue().add(kind | RequestQueue.ANSWERED, what);
    }
  }

  private void bind(ByteBuf bytes, int at, int here, Requests requests) {
    int end = at + here;
    int portalEnd = zero(bytes, at + HEADER_LENGTH, end);
    int nameEnd = portalEnd < 0 ? -1 : zero(bytes, portalEnd + 1, end);
    if (nameEnd < 0) {
      relay.requested((byte) 'B', null); // the server refuses it
      return;
    }
    if (nameEnd == portalEnd + 1) {
      if (unnamed(at, requests)) {
        relay.requested((byte) 'B', null);
      }
      return;
    }
    Named named = statements == null ? null : statements.get(name(bytes, portalEnd + 1, nameEnd));
    if (named == null) {
      relay.requested((byte) 'B', null);
      return;
    }
    Statement statement = named.statement();
    if (!prepare(named, at, requests)) {
      return;
    }
    pins.statement();
    if (statement.effects() != 0) {
      pins.apply(statement.effects());
    }
    byte[] name = serverName(statement);
    int length = bytes.getInt(at + 1) - (nameEnd - portalEnd - 1) + name.length;
    ByteBuf out = requests.out();
    out.writeByte('B').writeInt(length);
    out.writeBytes(bytes, at + HEADER_LENGTH, portalEnd + 1 - at - HEADER_LENGTH);
    out.writeBytes(name);
    requests.skip(nameEnd);
    relay.requested((byte) 'B', named);
  }

  /** The unnamed statement is about to be used: it has to be this client's, or none. */
  private boolean unnamed(int at, Requests requests) {
    Unnamed wanted = statements == null ? null : statements.unnamed();
    boolean owns = prepared().unnamedOwner() == wanted;
    boolean replaced = statements != null && statements.mayHaveUnnamed();
    if (relay.queue().cycles() > 0 && !parsedUnnamed && (replaced || (wanted != null && owns))) {
      // What replaced it may yet fail or be skipped, and another one be there.
      requests.pass(at);
      awaitsAll = true;
      hold(at, requests);
      return false;
    }
    if (owns && (wanted != null || parsedUnnamed || relay.queue().isEmpty())) {
      return true; // where there is none, the server says so itself
    }
    requests.pass(at);
    if (wanted == null || !statements().canParseUnnamedAgain()) {
      requests.out().writeByte('C').writeInt(6).writeByte('S').writeByte(0);
      relay.queue().add(RequestQueue.CLOSE | RequestQueue.OWN, null);
      prepared().unnamedOwner(null);
      return true;
    }
    statements().writeUnnamed(requests.out());
    relay.queue().add(RequestQueue.PARSE | RequestQueue.OWN, wanted);
    prepared().unnamedOwner(wanted);
    pins.apply(statements().unnamedEffects());
    return true;
  }

  private void describeOrClose(
      byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    int end = at + size;
    boolean statementMeant =
        here == size && size > HEADER_LENGTH + 1 && bytes.getByte(at + HEADER_LENGTH) == 'S';
    int nameEnd = statementMeant ? zero(bytes, at + HEADER_LENGTH + 1, end) : -1;
    if (nameEnd < 0) {
      relay.requested(type, null);
      return;
    }
    String name = name(bytes, at + HEADER_LENGTH + 1, nameEnd);
    if (name.isEmpty()) {
      Unnamed gone = null;
      if (type == 'D') {
        if (!unnamed(at, requests)) {
          return;
        }
      } else if (relay.queue().isEmpty()) {
        statements().forgetUnnamed();
        prepared().unnamedOwner(null);
      } else {
        gone = statements().forgetUnnamedUnlessSkipped();
        prepared().unnamedOwner(null);
      }
      relay.requested(type, gone);
      return;
    }
    Named named = statements == null ? null : statements.get(name);
    if (named == null) {
      relay.requested(type, null);
      return;
    }
    if (type == 'C') {
      requests.pass(at);
      requests.skip(end);
      statements().remove(name);
      answer(RequestQueue.CLOSE, named);
      return;
    }
    Statement statement = named.statement();
    if (!prepare(named, at, requests)) {
      return;
    }
    requests.skip(end);
    writeDescribe(serverName(statement), requests.out());
    relay.requested((byte) 'D', named);
  }

  /** A request was skipped behind one that was refused. */
  void skipped(int kind, @Nullable Object what) {
    prepared().unnamedOwnerUnknown();
    if (what instanceof Unnamed unnamed && (kind & RequestQueue.OWN) == 0) {
      statements().skipped(unnamed);
    } else if (what instanceof ClientsWords.Again(Named named)) {
      statements().undo(named); // the Close was skipped, too: it is there still
      refused.add(named);
    } else {
      undone(kind, what);
    }
  }

  /** A request was refused. */
  void undone(int kind, @Nullable Object what) {
    byte plain = (byte) kind;
    switch (what) {
      case Named named -> {
        if (plain == RequestQueue.PARSE) {
          statements().undo(named);
          refused.add(named);
          if ((kind & RequestQueue.ANSWERED) == 0) {
            prepared().remove(named.statement());
          }
        } else if (plain == RequestQueue.CLOSE && !refused.contains(named)) {
          statements().put(named);
        }
      }
      case ClientsWords.Again(Named named) -> {
        statements().undo(named);
        refused.add(named);
        prepared().remove(named.statement());
      }
      case Statement statement when (kind & RequestQueue.OWN) != 0 -> {
        if (plain == RequestQueue.PARSE) {
          prepared().remove(statement);
        } else if (plain == RequestQueue.CLOSE) {
          prepared().add(statement);
        }
      }
      case Unnamed parsed -> {
        prepared().unnamedOwnerUnknown();
        if ((kind & RequestQueue.OWN) == 0) {
          statements().forgetUnnamed(parsed);
        }
      }
      case null, default -> {}
    }
  }

  /** DEALLOCATE ALL or DISCARD ALL is done. */
  void allDeallocated() {
    prepared().clear();
    if (statements != null) {
      statements.clear();
    }
  }
}
