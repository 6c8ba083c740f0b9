package dev.postern.proxy.pool;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is prepared on one server connection, in the order of last use, and up to a number. Belongs
 * to the event loop of whoever has the connection.
 */
public final class PreparedStatements {
  /** Bytes of statements' texts on one connection; beyond it the eldest are closed. */
  private static final int MAX_BYTES = 8 * 1024 * 1024;

  private static final int INITIAL = 16;

  private final int max;
  private final Map<Statement, Boolean> byUse = new LinkedHashMap<>(INITIAL, 0.75f, true);
  private long bytes;

  /** Were to be closed, and the server may have them still. */
  private final Deque<Statement> left = new ArrayDeque<>(0);

  private static final Object UNKNOWN = new Object();

  /** Whose unnamed statement is the server's, or {@code null} if it certainly has none. */
  private @Nullable Object unnamedOwner;

  PreparedStatements(int max) {
    this.max = max;
  }

  /** Whether it is there, or on its way; it then counts as used. */
  public boolean use(Statement statement) {
    return byUse.get(statement) != null;
  }

  /** Whether the server has said that it is there; it then counts as used. */
  public boolean isConfirmed(Statement statement) {
    return Boolean.TRUE.equals(byUse.get(statement));
  }

  /** It is being prepared. */
  public void add(Statement statement) {
    left.remove(statement);
    if (byUse.put(statement, false) == null) {
      bytes += statement.body().length;
    }
  }

  /** The server has prepared it; in a long pipeline it may be on its way out again. */
  public void confirm(Statement statement) {
    byUse.replace(statement, true);
  }

  public void remove(Statement statement) {
    if (byUse.remove(statement) != null) {
      bytes -= statement.body().length;
    }
  }

  /** It was not closed: that has to be done again, unless it is being prepared. */
  public void closeLater(Statement statement) {
    if (!byUse.containsKey(statement) && !left.contains(statement)) {
      left.add(statement);
    }
  }

  /** The one to be closed because there are too many, not there any more; {@code null}: none. */
  public @Nullable Statement evict() {
    if (!left.isEmpty()) {
      return left.remove();
    }
    if (byUse.size() <= max && (bytes <= MAX_BYTES || byUse.size() <= 1)) {
      return null;
    }
    Iterator<Statement> eldest = byUse.keySet().iterator();
    Statement statement = eldest.next();
    eldest.remove();
    bytes -= statement.body().length;
    return statement;
  }

  /** All are gone, but for the unnamed one. */
  public void clear() {
    byUse.clear();
    left.clear();
    bytes = 0;
  }

  public @Nullable Object unnamedOwner() {
    return unnamedOwner;
  }

  public void unnamedOwner(@Nullable Object owner) {
    unnamedOwner = owner;
  }

  /** The server's unnamed statement can be anyone's. */
  public void unnamedOwnerUnknown() {
    unnamedOwner = UNKNOWN;
  }
}
