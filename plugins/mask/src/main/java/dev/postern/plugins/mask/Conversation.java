package dev.postern.plugins.mask;

import dev.postern.api.message.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a session has asked and not been answered, and what its names stand for. Names count twice:
 * as the client has sent them, to decide early and kindly; as the server has confirmed them, to
 * decide for good. What a name stands for that is not known here, its description says. After an
 * error in the extended protocol the server skips everything up to Sync. Used by the session's
 * event loop only.
 */
final class Conversation {
  private static final List<SqlName> ALL_NAMES =
      List.of(new SqlName(Target.STATEMENT, null), new SqlName(Target.PORTAL, null));

  private final Deque<Pending> pending = new ArrayDeque<>();
  private final Map<String, Prepared> sentStatements = new HashMap<>();
  private final Map<String, Prepared> sentPortals = new HashMap<>();
  private final Map<String, Prepared> statements = new HashMap<>();
  private final Map<String, Prepared> portals = new HashMap<>();

  /** Whether the server skips everything up to Sync. */
  private boolean skipping;

  /**
   * Whether a query that uses masked columns has, or had, a name that a statement can run it by.
   */
  private boolean queryKept;

  /**
   * Whether the client was told that its transaction block has failed, and the server does not know
   * yet.
   */
  private boolean failed;

  void asked(Pending request) {
    pending.add(request);
  }

  @Nullable Pending head() {
    return pending.peek();
  }

  /** The server has answered the first request. */
  void answered() {
    pending.remove();
  }

  /** A Query, or an Execute of a statement that is known, was sent. */
  void running(Reading reading) {
    forget(reading.renames(), sentStatements, sentPortals);
  }

  /** An Execute was sent of which it is not known what it does. */
  void runningUnknown() {
    forget(ALL_NAMES, sentStatements, sentPortals);
  }

  /** A statement was carried out; {@code null}: one that is not known. */
  void ran(@Nullable Reading reading) {
    forget(reading == null ? ALL_NAMES : reading.renames(), statements, portals);
  }

  private static void forget(
      List<SqlName> names, Map<String, Prepared> statements, Map<String, Prepared> portals) {
    for (SqlName name : names) {
      (name.target() == Target.STATEMENT ? statements : portals).keySet().removeIf(name::isOf);
    }
  }

  /** Gives a name, or if what the server makes of it is not certain, forgets all. */
  private static void put(Map<String, Prepared> named, String name, Prepared statement) {
    if (isUncertain(name)) {
      named.clear();
    } else {
      named.put(name, statement);
    }
  }

  private static void remove(Map<String, Prepared> named, String name) {
    if (isUncertain(name)) {
      named.clear();
    } else {
      named.remove(name);
    }
  }

  /** Whether two of such names may be one to the server, or one may be two. */
  private static boolean isUncertain(String name) {
    return name.indexOf('\uFFFD') >= 0
        || (name.length() > Lexer.MAX_IDENTIFIER_BYTES / 3
            && name.getBytes(StandardCharsets.UTF_8).length > Lexer.MAX_IDENTIFIER_BYTES);
  }

  void parsing(String name, Prepared statement) {
    put(sentStatements, name, statement);
    pending.add(new Pending.Parsing(name, statement));
  }

  void binding(String portal, String statement) {
    Prepared sent = sentStatements.get(statement);
    if (sent == null) {
      remove(sentPortals, portal);
    } else {
      put(sentPortals, portal, sent);
    }
    pending.add(new Pending.Binding(portal, statement));
  }

  void closing(Target target, String name) {
    switch (target) {
      case STATEMENT -> remove(sentStatements, name);
      case PORTAL -> remove(sentPortals, name);
    }
    pending.add(new Pending.Closing(target, name));
  }

  @Nullable Prepared sentStatement(String name) {
    return sentStatements.get(name);
  }

  @Nullable Prepared sentPortal(String name) {
    return sentPortals.get(name);
  }

  void parsed(Pending.Parsing request) {
    put(statements, request.name(), request.statement());
  }

  void bound(Pending.Binding request) {
    Prepared statement = statements.get(request.statement());
    if (statement == null) {
      remove(portals, request.portal());
    } else {
      put(portals, request.portal(), statement);
    }
  }

  void closed(Pending.Closing request) {
    switch (request.target()) {
      case STATEMENT -> remove(statements, request.name());
      case PORTAL -> remove(portals, request.name());
    }
  }

  /** The statement that a portal runs; {@code null} for a cursor that SQL has declared. */
  @Nullable Prepared portal(String name) {
    return portals.get(name);
  }

  boolean isSkipping() {
    return skipping;
  }

  /** An error of the extended protocol. */
  void failedUntilSync() {
    skipping = true;
    while (!pending.isEmpty() && !(pending.peek() instanceof Pending.Boundary)) {
      abandon(pending.remove());
    }
  }

  /** Takes up to what ReadyForQuery answers off; what stands before it was skipped. */
  void ready() {
    Pending request;
    do {
      request = pending.poll();
      if (request != null) {
        abandon(request);
      }
    } while (request != null
        && !(request instanceof Pending.Boundary)
        && !(request instanceof Pending.Simple && !skipping));
    skipping = false;
  }

  /** No transaction is open, and with it all portals of the protocol are gone. */
  void transactionEnded() {
    if (pending.isEmpty()) {
      portals.clear();
      sentPortals.clear();
    }
  }

  private static void abandon(Pending request) {
    if (request instanceof Pending.StatementCheck(Prepared statement)) {
      statement.checked.complete(null);
    }
  }

  /** While the server takes in COPY data it ignores Sync. */
  void copyInEnded() {
    while (pending.peekLast() instanceof Pending.Boundary) {
      pending.removeLast();
    }
  }

  boolean isQueryKept() {
    return queryKept;
  }

  void queryIsKept() {
    queryKept = true;
  }

  boolean isFailed() {
    return failed;
  }

  void setFailed(boolean transactionFailed) {
    failed = transactionFailed;
  }
}
