package dev.postern.plugins.querylog;

import dev.postern.api.session.SessionInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What every line of a session repeats, ready to be written. */
record SessionFacts(String id, String user, String database, String client, String backend) {
  static SessionFacts of(SessionInfo session) {
    return new SessionFacts(
        session.sessionId(),
        OneLine.of(session.user().name()),
        OneLine.of(session.startup().database()),
        text(session.client().address()),
        session.backend().address());
  }

  private static String text(InetSocketAddress address) {
    InetAddress resolved = address.getAddress();
    String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
