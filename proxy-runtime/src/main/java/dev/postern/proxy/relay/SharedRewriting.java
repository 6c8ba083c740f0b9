package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.relay.UnnamedStatements.Unnamed;
import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import io.netty.buffer.ByteBuf;

/**
 * Transaction and statement pooling: gives prepared statements the names that they have on servers
 * and prepares them where they are not, and watches for what ties a session to its backend.
 */
final class SharedRewriting implements Rewriting {
  private static final int HEADER_LENGTH = 5;

  /** The function's number in a FunctionCall. */
  private static final int FUNCTION_LENGTH = 4;

  /** Longer texts are not looked through, and may have done anything, in bytes. */
  private static final int MAX_SCANNED = 1024 * 1024;

  /** The longest Parse message of a named statement, in bytes. */
  private static final int MAX_PARSE = 16 * 1024 * 1024;

  private final PooledRelay relay;
  private final Outstanding outstanding;
  private final BackendStatements backend;
  private final UnnamedRequests unnamed;
  private final NamedRequests named;

  /** What ties the session to its backend. */
  final Pins pins;

  final PoolRules rules;
  final Restoring restoring;
  final AwaitedAnswers awaited;
  private final ListenRequests listens;
  final StatementOutcomes outcomes;

  /**
   * @param maxStatements what the client's prepared statements may take, in bytes
   */
  SharedRewriting(
      PooledRelay relay,
      Lease lease,
      Outstanding outstanding,
      Pool pool,
      Restoring restoring,
      long maxStatements) {
    this.relay = relay;
    this.outstanding = outstanding;
    pins = new Pins(lease, outstanding, relay.progress(), pool.pooling().noticeOnPin());
    rules = new PoolRules(relay, restoring, outstanding, pool, pins);
    this.restoring = restoring;
    awaited = new AwaitedAnswers(outstanding);
    listens = new ListenRequests(relay, outstanding, rules, awaited);
    backend = new BackendStatements(lease, outstanding.queue);
    Names names = new Names(outstanding.queue, maxStatements);
    var unnamedStatements = new UnnamedStatements();
    var statements = new PoolStatements(restoring, pool.statements(), rules, pins);
    unnamed = new UnnamedRequests(outstanding, unnamedStatements, backend, awaited, pins);
    named = new NamedRequests(relay, outstanding, names, statements, backend, awaited, rules);
    outcomes = new StatementOutcomes(names, unnamedStatements, statements, backend, awaited);
  }

  @Override
  public boolean needsMore(byte type, ByteBuf bytes, int at, int end, int size) {
    return switch (type) {
      case 'Q', 'C', 'D' -> size <= MAX_SCANNED;
      case 'F' -> size <= MAX_SCANNED || end - at < HEADER_LENGTH + FUNCTION_LENGTH;
      case 'P' -> size <= MAX_PARSE || end - at == HEADER_LENGTH; // whether it has a name
      case 'E' -> relay.listening() != null && size <= MAX_SCANNED;
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
    return bytes.indexOf(from, end, (byte) 0);
  }

  @Override
  public void request(byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    if (outstanding.isAskedForRows()) {
      outstanding.requested(type, null); // it is a row, or their end; or the server refuses it
      return;
    }
    if (relay.listening() != null && listens.keepsBack(type, at, requests)) {
      return;
    }
    if (type == 'S' || type == 'Q') {
      unnamed.endsCycle();
    }
    if (outstanding.isSkipping() && type != 'S') {
      return; // it goes on, and nobody looks at it
    }
    switch (type) {
      case 'Q' -> query(bytes, at, here, size, requests);
      case 'P' -> parse(bytes, at, here, size, requests);
      case 'B' -> bind(bytes, at, here, requests);
      case 'D', 'C' -> describeOrClose(type, bytes, at, here, size, requests);
      case 'H' -> {
        if (outstanding.queue.isEmpty()) {
          relay.client().flush();
        }
      }
      case 'F' -> call(bytes, at, here, size, requests);
      case 'E' -> {
        pins.execute();
        if (relay.listening() == null) {
          outstanding.requested(type, null);
        } else {
          listens.execute(bytes, at, here, size, requests);
        }
      }
      default -> outstanding.requested(type, null);
    }
  }

  private void query(ByteBuf bytes, int at, int here, int size, Requests requests) {
    int from = at + HEADER_LENGTH;
    int to = at + size - 1;
    int effects = here < size ? Effects.UNKNOWN : rules.effectsOf(bytes, from, to);
    ListenScript script = null;
    if (effects != 0 || relay.listening() != null) {
      script = here == size && listens.concern(effects) ? listens.read(bytes, from, to) : null;
      if (!listens.admits(script, (byte) 'Q', at, size, requests)) {
        return;
      }
    }
    if (named.keepsBack(effects, bytes, from, to, at, requests)) {
      return;
    }
    Unnamed gone = unnamed.end();
    pins.statement();
    if (here < size) {
      pins.apply(effects);
      outstanding.requested((byte) 'Q', gone);
      return;
    }
    if (effects != 0) {
      if (rules.refuses((byte) 'Q', effects, at, size, requests)) {
        return;
      }
      Named deallocated = named.deallocated(effects, bytes, from, to);
      if (deallocated != null) {
        named.deallocate(deallocated, (byte) 'Q', at, size, requests);
        outstanding.requested((byte) 'Q', new Deallocated(deallocated, gone));
        return;
      }
      pins.apply(effects);
    }
    if (script != null && script.prepares()) {
      script = script.barred(relay.listen().channels());
    }
    if (script != null && script.isChanged()) {
      requests.pass(at);
      ByteBuf out = requests.out();
      out.writeByte('Q').writeInt(script.length(size - 1));
      ListenRequests.writeText(script, bytes, from, to, out);
      requests.skip(at + size);
    }
    outstanding.requested((byte) 'Q', ListenRequests.noted(script, gone));
  }

  private void call(ByteBuf bytes, int at, int here, int size, Requests requests) {
    pins.statement();
    int effects = PoolRules.effectsOfCall(bytes, at, here);
    if (effects != 0) {
      if (here == size && rules.refuses((byte) 'F', effects, at, size, requests)) {
        return;
      }
      pins.apply(effects);
    }
    outstanding.requested((byte) 'F', null);
  }

  private void parse(ByteBuf bytes, int at, int here, int size, Requests requests) {
    if (here < size) {
      if (bytes.getByte(at + HEADER_LENGTH) != 0) {
        relay.violated(
            relay.client(), "a Parse of a named statement of more than " + MAX_PARSE + " bytes");
      } else {
        unnamed.parseUnseen();
      }
      return;
    }
    int nameEnd = zero(bytes, at + HEADER_LENGTH, at + size);
    if (nameEnd < 0) {
      outstanding.requested((byte) 'P', null); // the server refuses it
    } else if (nameEnd == at + HEADER_LENGTH) {
      parseUnnamed(bytes, at, nameEnd + 1, size, requests);
    } else {
      pins.statement();
      named.parse(bytes, at, nameEnd, at + size, requests);
    }
  }

  private void parseUnnamed(ByteBuf bytes, int at, int body, int size, Requests requests) {
    int end = at + size;
    int textEnd = zero(bytes, body, end);
    int effects = textEnd < 0 ? 0 : rules.effectsOf(bytes, body, textEnd);
    if (named.keepsBack(effects, bytes, body, textEnd, at, requests)) {
      return;
    }
    pins.statement();
    if (effects != 0) {
      if (rules.refuses((byte) 'P', effects, at, size, requests)) {
        return;
      }
      pins.apply(effects);
    }
    Named deallocated = named.deallocated(effects, bytes, body, textEnd);
    if (deallocated != null) {
      named.deallocate(deallocated, (byte) 'P', at, size, requests);
      unnamed.parseOnce(new Deallocated(deallocated, null));
      return;
    }
    if ((effects & Effects.LISTENS_SHARED) != 0) {
      relay.listen();
      ListenScript script = listens.read(bytes, body, textEnd);
      requests.pass(at);
      ByteBuf out = requests.out();
      out.writeByte('P').writeInt(script.length(size - 1)).writeByte(0);
      ListenRequests.writeText(script, bytes, body, textEnd, out);
      out.writeBytes(bytes, textEnd + 1, end - textEnd - 1);
      requests.skip(end);
    }
    unnamed.parse(bytes, body, end - body, effects);
  }

  private void bind(ByteBuf bytes, int at, int here, Requests requests) {
    int portalEnd = zero(bytes, at + HEADER_LENGTH, at + here);
    int nameEnd = portalEnd < 0 ? -1 : zero(bytes, portalEnd + 1, at + here);
    if (nameEnd < 0) {
      outstanding.requested((byte) 'B', null); // the server refuses it
      return;
    }
    if (nameEnd == portalEnd + 1) {
      if (unnamed.use(at, requests)) {
        if (relay.listening() != null) {
          listens.bound(bytes, at + HEADER_LENGTH, portalEnd, unnamed.body());
        }
        outstanding.requested((byte) 'B', null);
      }
      return;
    }
    if (named.keepsBack(bytes, portalEnd + 1, nameEnd, at, requests)) {
      return;
    }
    Named statement = named.get(bytes, portalEnd + 1, nameEnd);
    if (relay.listening() != null) {
      byte[] body = statement == null ? null : statement.statement().body();
      listens.bound(bytes, at + HEADER_LENGTH, portalEnd, body);
    }
    if (statement == null) {
      outstanding.requested((byte) 'B', null);
    } else {
      named.bind(statement, bytes, at, portalEnd + 1, nameEnd, requests);
    }
  }

  private void describeOrClose(
      byte type, ByteBuf bytes, int at, int here, int size, Requests requests) {
    int end = at + size;
    int name = at + HEADER_LENGTH + 1;
    boolean statementMeant =
        here == size && size > HEADER_LENGTH + 1 && bytes.getByte(name - 1) == 'S';
    int nameEnd = statementMeant ? zero(bytes, name, end) : -1;
    if (nameEnd < 0) {
      outstanding.requested(type, null);
      return;
    }
    if (nameEnd == name) {
      if (type == 'C') {
        outstanding.requested(type, unnamed.end());
      } else if (unnamed.use(at, requests)) {
        outstanding.requested(type, null);
      }
      return;
    }
    if (named.keepsBack(bytes, name, nameEnd, at, requests)) {
      return;
    }
    Named statement = named.get(bytes, name, nameEnd);
    if (statement == null) {
      outstanding.requested(type, null);
    } else if (type == 'C') {
      named.close(statement, at, end, requests);
    } else {
      named.describe(statement, at, end, requests);
    }
  }

  /** A ReadyForQuery has come; {@code own}: of a query of Postern's own. */
  void ready(byte status, boolean own) {
    restoring.ready();
    outcomes.ready();
    if (outstanding.isSettled()) {
      listens.settled();
    }
    if (!own) {
      pins.ready(status);
      rules.ready(status);
    }
  }
}
