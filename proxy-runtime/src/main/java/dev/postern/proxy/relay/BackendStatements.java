package dev.postern.proxy.relay;

import dev.postern.proxy.pool.PreparedStatements;
import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.sql.Effects;
import dev.postern.proxy.sql.ListenScript;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * The prepared statements on whatever backend a session has: Postern prepares there what is missing
 * and closes what is too much, with requests of its own among those of the client.
 */
final class BackendStatements {
  private static final byte[] NO_NAME = {};
  private static final byte[] DEALLOCATE = "DEALLOCATE ".getBytes(StandardCharsets.US_ASCII);

  private final Lease lease;
  private final RequestQueue queue;

  BackendStatements(Lease lease, RequestQueue queue) {
    this.lease = lease;
    this.queue = queue;
  }

  /** Of the backend that the session has now. */
  PreparedStatements known() {
    return lease.backend().prepared();
  }

  /** Whether the statement was sent to be prepared, and that may yet fail or be skipped. */
  boolean isUncertain(Statement statement) {
    return known().use(statement) && !known().isConfirmed(statement);
  }

  /** Sees to it that the backend knows the statement. */
  void prepare(Statement statement, Requests requests) {
    if (!known().use(statement)) {
      writeParse(statement, requests);
      queue.add(RequestQueue.PARSE | RequestQueue.OWN, statement);
      sent(statement, statement, requests);
    }
  }

  /**
   * A statement was sent to be prepared: others may have to go, and what its parameters and columns
   * are is asked for.
   *
   * @param what the description is about, for whoever reads it
   */
  void sent(Statement statement, Object what, Requests requests) {
    known().add(statement);
    for (Statement old = known().evict(); old != null; old = known().evict()) {
      writeClose(old.name(), requests.out());
      queue.add(RequestQueue.CLOSE | RequestQueue.OWN, old);
    }
    writeDescribe(statement.name(), requests.out());
    queue.add(RequestQueue.DESCRIBE | RequestQueue.OWN, what);
  }

  /**
   * Sees to it that the backend has something of the statement's name, for a Query that deallocates
   * it. Its own text might be refused, and the Query skipped behind that; no text never is.
   */
  void prepareAny(Statement statement, Requests requests) {
    if (!known().isConfirmed(statement)) {
      ByteBuf out = closeBefore(statement, requests);
      byte[] name = statement.name();
      out.writeByte('P').writeInt(4 + name.length + 1 + 1 + 2);
      out.writeBytes(name).writeByte(0).writeByte(0).writeShort(0);
      queue.add(RequestQueue.PARSE | RequestQueue.OWN, null);
    }
  }

  /** Ends whatever unnamed statement the backend has. */
  void closeUnnamed(Requests requests) {
    writeClose(NO_NAME, requests.out());
    queue.add(RequestQueue.CLOSE | RequestQueue.OWN, null);
    known().unnamedOwner(null);
  }

  /** Prepares a client's unnamed statement again. */
  void prepareUnnamed(UnnamedStatements unnamed, Object wanted, Requests requests) {
    unnamed.write(requests.out());
    queue.add(RequestQueue.PARSE | RequestQueue.OWN, wanted);
    known().unnamedOwner(wanted);
  }

  /** What the server calls the statement; it knows no stale one, and says so. */
  static byte[] nameOf(Statement statement) {
    byte[] name = statement.name();
    return statement.isStale()
        ? (new String(name, StandardCharsets.US_ASCII) + ClientsWords.STALE)
            .getBytes(StandardCharsets.US_ASCII)
        : name;
  }

  void writeParse(Statement statement, Requests requests) {
    byte[] name = statement.name();
    ByteBuf out = closeBefore(statement, requests);
    byte[] body = statement.body();
    if ((statement.effects() & Effects.LISTENS_SHARED) != 0) {
      body = ListenScript.forServer(body);
    }
    out.writeByte('P').writeInt(4 + name.length + 1 + body.length);
    out.writeBytes(name).writeByte(0).writeBytes(body);
  }

  /** Should the server have it, that is forgotten: errors in pipelines leave what nobody knows. */
  private ByteBuf closeBefore(Statement statement, Requests requests) {
    writeClose(statement.name(), requests.out());
    queue.add(RequestQueue.CLOSE | RequestQueue.OWN, null);
    return requests.out();
  }

  static void writeDescribe(byte[] name, ByteBuf out) {
    out.writeByte('D').writeInt(4 + 1 + name.length + 1).writeByte('S');
    out.writeBytes(name).writeByte(0);
  }

  /**
   * Writes a message that deallocates a statement by the name that it has on servers.
   *
   * @param type Query, or Parse of the unnamed statement
   */
  static void writeDeallocate(Statement statement, byte type, ByteBuf out) {
    boolean parse = type == 'P';
    byte[] name = statement.name();
    int length = DEALLOCATE.length + name.length + 1;
    out.writeByte(type).writeInt(4 + (parse ? 1 + length + 2 : length));
    if (parse) {
      out.writeByte(0);
    }
    out.writeBytes(DEALLOCATE).writeBytes(name).writeByte(0);
    if (parse) {
      out.writeShort(0);
    }
  }

  private static void writeClose(byte[] name, ByteBuf out) {
    out.writeByte('C').writeInt(4 + 1 + name.length + 1).writeByte('S');
    out.writeBytes(name).writeByte(0);
  }
}
