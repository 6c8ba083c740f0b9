package dev.postern.plugins.limits;

import dev.postern.api.session.SessionInfo;
import java.net.InetSocketAddress;

/** What tells sessions apart; of names, as much as the server looks at. */
record Facts(
    String sessionId,
    String user,
    String database,
    String route,
    String address,
    String application) {

  /** In characters; servers keep 63 bytes of a name (NAMEDATALEN). */
  private static final int MAX_NAME = 63;

  static Facts of(SessionInfo session) {
    InetSocketAddress address = session.client().address();
    String application = session.startup().applicationName();
    return new Facts(
        session.sessionId(),
        session.user().name(),
        start(session.startup().database()),
        session.route().name(),
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress(),
        application == null ? "" : start(application));
  }

  private static String start(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME);
  }

  String value(Dimension dimension, Shape shape) {
    return switch (dimension) {
      case USER -> user;
      case DATABASE -> database;
      case ROUTE -> route;
      case ADDRESS -> address;
      case APPLICATION -> application;
      case FINGERPRINT -> shape.fingerprint();
    };
  }
}
