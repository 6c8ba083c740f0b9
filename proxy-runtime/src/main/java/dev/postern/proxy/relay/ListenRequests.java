package dev.postern.proxy.relay;

import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.Bind;
import dev.postern.api.message.Close;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Target;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client's statements about what it listens to, and those of its transactions that decide what
 * becomes of them. A LISTEN goes on when the pool's connection listens to the channel.
 */
final class ListenRequests {
  private static final ListenScript NOTHING = new ListenScript(List.of(), List.of());

  /** What a request can begin with; a COPY goes on, and a Sync that it swallows. */
  private static final String REQUESTS = "QFPBDEC";

  /** Of Postern's own statement, and of its portal. */
  private static final String BAR = "postern_bar";

  private final PooledRelay relay;
  private final Outstanding outstanding;
  private final PoolRules rules;
  private final AwaitedAnswers awaited;

  /** What portals will do, by their names, where it is something. */
  private Map<String, ListenScript> portals = Map.of();

  ListenRequests(
      PooledRelay relay, Outstanding outstanding, PoolRules rules, AwaitedAnswers awaited) {
    this.awaited = awaited;
    this.relay = relay;
    this.outstanding = outstanding;
    this.rules = rules;
  }

  /**
   * Whether a message has to wait for the answers to what is before the last Sync, and for the
   * notifications that belong there: in a pipeline nobody could tell which belong where.
   */
  boolean keepsBack(byte type, int at, Requests requests) {
    Listening listening = relay.listening();
    if (listening == null || !listening.isListening() || REQUESTS.indexOf(type) < 0) {
      return false;
    }
    if (outstanding.queue.cycles() > 0) {
      awaited.awaitAll(at, requests);
      return true;
    }
    if (listening.isHoldingReplies()) {
      listening.resumesBehindReplies();
      requests.pass(at);
      requests.hold(at);
      return true;
    }
    return false;
  }

  /** Whether a text with these effects is to be read. */
  boolean concern(int effects) {
    return (effects & Effects.LISTEN) == 0
        && (relay.listening() != null || (effects & Effects.LISTENS_SHARED) != 0);
  }

  /** What the text between two indexes does. */
  ListenScript read(ByteBuf bytes, int from, int to) {
    byte[] text = ByteBufUtil.getBytes(bytes, from, to - from);
    return orNothing(ListenScript.of(text, 0, text.length, rules.escapes(), true));
  }

  private static ListenScript orNothing(@Nullable ListenScript script) {
    return script == null ? NOTHING : script;
  }

  /**
   * Whether a request can go on that does this. If not, it is kept back, or was refused.
   *
   * @param at where it begins
   */
  boolean admits(@Nullable ListenScript script, byte type, int at, int size, Requests requests) {
    if (script == null) {
      return true;
    }
    if (script.prepares() && !outstanding.queue.isEmpty()) {
      awaited.awaitAll(at, requests); // whether the transaction has listened is not certain yet
      return false;
    }
    if (!script.listens()) {
      return true;
    }
    Listening listening = relay.listen();
    RetainedChannels retained = listening.retained();
    Exception failure = retained.takeFailure();
    if (failure != null) {
      rules.reject(type, sqlState(failure), reason(failure), at, size, requests);
      return false;
    }
    if (!retained.haveRoomFor(script.channels())) {
      rules.reject(
          type,
          SqlState.PROGRAM_LIMIT_EXCEEDED,
          "a client of a pool cannot listen to more than "
              + RetainedChannels.MAX_CHANNELS
              + " channels",
          at,
          size,
          requests);
      return false;
    }
    if (retained.add(script.channels())) {
      return true;
    }
    requests.pass(at);
    requests.hold(at);
    relay.eventLoop().execute(relay.settlement()::giveBackUnneeded); // when all is kept back
    return false;
  }

  private static SqlState sqlState(Exception failure) {
    return failure instanceof SessionException refused
        ? refused.sqlState()
        : SqlState.CANNOT_CONNECT_NOW;
  }

  private static String reason(Exception failure) {
    if (sqlState(failure).equals(SqlState.QUERY_CANCELED)) {
      return String.valueOf(failure.getMessage());
    }
    return "the gateway cannot listen: "
        + (failure instanceof SessionException refused
            ? refused.clientMessage()
            : "it could not reach the server");
  }

  /** What is noted with a request that goes on. */
  static @Nullable Object noted(@Nullable ListenScript script, @Nullable Object statement) {
    return script == null || script.steps().isEmpty()
        ? statement
        : new ListenRequest(script, statement);
  }

  /**
   * Writes a Query, or the beginning of a Parse of the unnamed statement, as the server gets it.
   */
  static void writeText(ListenScript script, ByteBuf bytes, int from, int to, ByteBuf out) {
    byte[] text = ByteBufUtil.getBytes(bytes, from, to - from);
    out.writeBytes(script.forServer(text, 0, text.length)).writeByte(0);
  }

  /**
   * A Bind goes on.
   *
   * @param from where the portal's name begins
   * @param body of the statement's Parse behind the name; {@code null}: not known
   */
  void bound(ByteBuf bytes, int from, int to, byte @Nullable [] body) {
    ListenScript script = body == null ? null : ListenScript.ofBody(body);
    if (script == null || script.steps().isEmpty()) {
      if (!portals.isEmpty()) {
        portals.remove(name(bytes, from, to));
      }
    } else {
      if (portals.isEmpty()) {
        portals = new HashMap<>();
      }
      portals.put(name(bytes, from, to), script);
    }
  }

  private static String name(ByteBuf bytes, int from, int to) {
    return bytes.toString(from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** An Execute, of which so much has come, goes on if it can. */
  void execute(ByteBuf bytes, int at, int here, int size, Requests requests) {
    int from = at + 5;
    int end = portals.isEmpty() ? -1 : bytes.indexOf(from, at + here, (byte) 0);
    ListenScript script = end < 0 ? null : portals.get(name(bytes, from, end));
    if (admits(script, (byte) 'E', at, size, requests)) {
      if (script != null && script.prepares() && !relay.listen().channels().canBePrepared()) {
        bar(at, requests);
      }
      outstanding.requested((byte) 'E', noted(script, null));
    }
  }

  /** The server has to refuse to prepare a transaction that has listened. */
  private void bar(int at, Requests requests) {
    requests.pass(at);
    ByteBuf out = requests.out();
    FrontendCodec.encode(new Parse(BAR, ListenScript.BAR, List.of()), out);
    outstanding.queue.add(RequestQueue.PARSE | RequestQueue.OWN, null);
    FrontendCodec.encode(new Bind(BAR, BAR, List.of(), List.of(), List.of()), out);
    outstanding.queue.add(RequestQueue.BIND | RequestQueue.OWN, null);
    FrontendCodec.encode(new Close(Target.STATEMENT, BAR), out);
    outstanding.queue.add(RequestQueue.CLOSE | RequestQueue.OWN, null);
    FrontendCodec.encode(new Execute(BAR, 0), out);
    outstanding.queue.add(RequestQueue.EXECUTE | RequestQueue.OWN, null);
  }

  /** All transactions have ended, and with them the portals. */
  void settled() {
    portals = Map.of();
  }
}
