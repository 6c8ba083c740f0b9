package dev.postern.plugins.limits;

import dev.postern.api.session.SessionInfo;
import java.net.InetSocketAddress;

/** What tells sessions apart. */
record Facts(
    String sessionId,
    String user,
    String database,
    String route,
    String address,
    String application) {

  static Facts of(SessionInfo session) {
    InetSocketAddress address = session.client().address();
    String application = session.startup().applicationName();
    return new Facts(
        session.sessionId(),
        session.user().name(),
        session.startup().database(),
        session.route().name(),
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress(),
        application == null ? "" : application);
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
