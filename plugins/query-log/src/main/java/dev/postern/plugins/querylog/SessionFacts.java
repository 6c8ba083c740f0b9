package dev.postern.plugins.querylog;

import dev.postern.api.session.SessionInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What every line of a session repeats, ready to be written. */
final class SessionFacts {
  private final String id;
  private final String user;
  private final String database;
  private final String client;
  private final String backend;

  SessionFacts(String id, String user, String database, String client, String backend) {
    this.id = id;
    this.user = user;
    this.database = database;
    this.client = client;
    this.backend = backend;
  }

  static SessionFacts of(SessionInfo session) {
    return new SessionFacts(
        session.sessionId(),
        OneLine.of(session.user().name()),
        OneLine.of(session.startup().database()),
        text(session.client().address()),
        session.backend().address());
  }

  String id() {
    return id;
  }

  String user() {
    return user;
  }

  String database() {
    return database;
  }

  String client() {
    return client;
  }

  String backend() {
    return backend;
  }

  /** All of them, as members of {@link JsonLines}. */
  byte[] json() {
    return new JsonLines(256)
        .put("sessionId", id)
        .put("user", user)
        .put("database", database)
        .put("client", client)
        .put("backend", backend)
        .members();
  }

  private static String text(InetSocketAddress address) {
    InetAddress resolved = address.getAddress();
    String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
