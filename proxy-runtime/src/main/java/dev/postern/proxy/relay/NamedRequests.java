package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.sql.Deallocation;
import dev.postern.proxy.sql.Effects;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's messages about its named statements: gives these the names that they have on servers,
 * and prepares them where they are not.
 */
final class NamedRequests {
  private static final int HEADER_LENGTH = 5;

  /** What servers keep of a statement's name, in bytes. */
  private static final int MAX_NAME = 63;

  private static final String FULL =
      "the prepared statements of this session would take more than limits.prepared-statements;"
          + " close those that are not needed";

  private final PooledRelay relay;
  private final Outstanding outstanding;
  private final Names names;
  private final PoolStatements statements;
  private final BackendStatements backend;
  private final AwaitedAnswers awaited;
  private final PoolRules rules;

  NamedRequests(
      PooledRelay relay,
      Outstanding outstanding,
      Names names,
      PoolStatements statements,
      BackendStatements backend,
      AwaitedAnswers awaited,
      PoolRules rules) {
    this.relay = relay;
    this.outstanding = outstanding;
    this.names = names;
    this.statements = statements;
    this.backend = backend;
    this.awaited = awaited;
    this.rules = rules;
  }

  /**
   * Whether a message has to wait until it is certain what the name between two indexes means.
   *
   * @param at where the message begins
   */
  boolean keepsBack(ByteBuf bytes, int from, int end, int at, Requests requests) {
    if (!names.areUncertain() || !names.isUncertain(name(bytes, from, end))) {
      return false;
    }
    awaited.awaitAll(at, requests);
    return true;
  }

  /** The statement whose name is between two indexes, or {@code null} if the client has none. */
  @Nullable Named get(ByteBuf bytes, int from, int end) {
    return names.isEmpty() ? null : names.get(name(bytes, from, end));
  }

  /** A statement's name as servers keep it, a char for each byte. */
  private static String name(ByteBuf bytes, int from, int end) {
    return bytes.toString(from, Math.min(MAX_NAME, end - from), StandardCharsets.ISO_8859_1);
  }

  void parse(ByteBuf bytes, int at, int nameEnd, int end, Requests requests) {
    String name = name(bytes, at + HEADER_LENGTH, nameEnd);
    if (names.isUncertain(name) || outstanding.queue.isLong()) {
      awaited.awaitAll(at, requests);
      return;
    }
    Named taken = names.get(name);
    if (taken != null) {
      if (!outstanding.queue.isEmpty()) {
        awaited.awaitAll(at, requests); // whether it is there is not certain yet
      } else {
        parseTaken(taken, bytes, at, nameEnd, end, requests);
      }
      return;
    }
    if (!names.hasRoomFor(name, end - nameEnd - 1)) {
      rules.reject((byte) 'P', SqlState.PROGRAM_LIMIT_EXCEEDED, FULL, at, end - at, requests);
      return;
    }
    byte[] body = ByteBufUtil.getBytes(bytes, nameEnd + 1, end - nameEnd - 1);
    Statement statement = statements.of(body);
    if (rules.refuses((byte) 'P', statement.effects(), at, end - at, requests)) {
      return;
    }
    if ((statement.effects() & Effects.LISTENS_SHARED) != 0) {
      relay.listen();
    }
    Named named = new Named(name, statement);
    names.give(named);
    requests.pass(at);
    requests.skip(end);
    boolean refusable =
        outstanding.queue.cycles() > 0 || relay.progress().transactionStatus() == 'E';
    if (backend.known().isConfirmed(statement) && !refusable) {
      answer(RequestQueue.PARSE, named);
    } else {
      // If it is known, that may yet fail, and this one has to fail then as well.
      boolean again = backend.known().use(statement);
      backend.writeParse(statement, requests);
      outstanding.requested((byte) 'P', again ? new ClientsWords.Again(named) : named);
      backend.sent(statement, named, requests);
    }
  }

  /** The server finds all that is wrong with it, at last that there is a statement of its name. */
  private void parseTaken(
      Named taken, ByteBuf bytes, int at, int nameEnd, int end, Requests requests) {
    Named named = asMeantNow(taken);
    requests.pass(at);
    requests.skip(end);
    backend.prepare(named.statement(), requests);
    byte[] serverName = named.statement().name();
    ByteBuf out = requests.out();
    out.writeByte('P').writeInt(4 + serverName.length + end - nameEnd).writeBytes(serverName);
    out.writeBytes(bytes, nameEnd, end - nameEnd);
    outstanding.requested((byte) 'P', new ClientsWords.Taken(named));
  }

  /** A Bind goes on, whose statement's name is between two indexes; not before it is prepared. */
  void bind(Named bound, ByteBuf bytes, int at, int from, int end, Requests requests) {
    Named named = asMeantNow(bound);
    if (!prepare(named, at, requests)) {
      return;
    }
    rules.executed(named.statement().effects());
    byte[] name = BackendStatements.nameOf(named.statement());
    ByteBuf out = requests.out();
    out.writeByte('B').writeInt(bytes.getInt(at + 1) - (end - from) + name.length);
    out.writeBytes(bytes, at + HEADER_LENGTH, from - at - HEADER_LENGTH);
    out.writeBytes(name);
    requests.skip(end);
    outstanding.requested((byte) 'B', named);
  }

  void describe(Named described, int at, int end, Requests requests) {
    Named named = asMeantNow(described);
    if (prepare(named, at, requests)) {
      requests.skip(end);
      BackendStatements.writeDescribe(BackendStatements.nameOf(named.statement()), requests.out());
      outstanding.requested((byte) 'D', named);
    }
  }

  void close(Named named, int at, int end, Requests requests) {
    if (outstanding.queue.isLong()) {
      awaited.awaitAll(at, requests);
      return;
    }
    requests.pass(at);
    requests.skip(end);
    names.takeAway(named);
    answer(RequestQueue.CLOSE, named);
  }

  /** Whether a text with these effects has to wait until it is certain what it deallocates. */
  boolean keepsBack(int effects, ByteBuf bytes, int from, int to, int at, Requests requests) {
    if (!names.areUncertain()) {
      return false;
    }
    String name = nameDeallocated(effects, bytes, from, to);
    if (name == null || !names.isUncertain(name)) {
      return false;
    }
    awaited.awaitAll(at, requests);
    return true;
  }

  /**
   * The statement that a text between two indexes, with these effects, deallocates.
   *
   * @return {@code null} if the text goes on as it is
   */
  @Nullable Named deallocated(int effects, ByteBuf bytes, int from, int to) {
    String name = nameDeallocated(effects, bytes, from, to);
    return name == null ? null : names.get(name);
  }

  private static @Nullable String nameDeallocated(int effects, ByteBuf bytes, int from, int to) {
    return (effects & Effects.DEALLOCATES_ONE) == 0
        ? null
        : Deallocation.nameIn(bytes.toString(from, to - from, StandardCharsets.ISO_8859_1));
  }

  /**
   * Sends the Query, or the Parse of the unnamed statement, that deallocates a statement under the
   * name that it has on servers.
   *
   * @param at where the client's own message begins
   */
  void deallocate(Named named, byte type, int at, int size, Requests requests) {
    requests.pass(at);
    backend.prepareAny(named.statement(), requests);
    names.takeAway(named);
    backend.known().remove(named.statement());
    BackendStatements.writeDeallocate(named.statement(), type, requests.out());
    requests.skip(at + size);
  }

  /** Where the backend has to prepare it, it does so under the settings that the client has now. */
  private Named asMeantNow(Named named) {
    Statement statement = named.statement();
    if (statement.isStale() || backend.known().use(statement)) {
      return named;
    }
    Statement now = statements.again(statement);
    if (now == statement) {
      return named;
    }
    Named again = new Named(named.name(), now);
    names.replace(named, again);
    return again;
  }

  /**
   * Sees to it that the backend knows the statement before the message at {@code at} uses it.
   *
   * @return false if that has to wait, because the client was told what it will get, and the
   *     backend has yet to say that it is the same
   */
  private boolean prepare(Named named, int at, Requests requests) {
    Statement statement = named.statement();
    if (outstanding.queue.cycles() > 0 && backend.isUncertain(statement)) {
      awaited.awaitAll(at, requests);
      return false;
    }
    requests.pass(at);
    if (statement.isStale()) {
      return true;
    }
    boolean waits = statement.isDescribed() && !backend.known().use(statement);
    backend.prepare(statement, requests);
    if (waits) {
      awaited.awaitDescription(statement, at, requests);
    }
    return !waits;
  }

  /** Answers in the server's place, in turn. */
  private void answer(byte kind, Named named) {
    outstanding.begun();
    if (outstanding.queue.isEmpty()) {
      relay.toClient(Answers.answer(kind));
      relay.client().answered();
    } else {
      outstanding.queue.add(kind | RequestQueue.ANSWERED, named);
    }
  }
}
