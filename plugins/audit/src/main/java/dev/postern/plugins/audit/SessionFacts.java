package dev.postern.plugins.audit;

import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.session.TlsInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whose session a record is about.
 *
 * @param user that was proved, or of a refused login claimed
 * @param tls the protocol, or {@code none}
 * @param certificate the subject of the client's certificate, or {@code null}
 * @param application what the client calls itself, or {@code null}
 */
record SessionFacts(
    String id,
    String user,
    String database,
    String client,
    String tls,
    @Nullable String certificate,
    @Nullable String application) {
  static SessionFacts of(ClientInfo client, String user, StartupParameters startup) {
    TlsInfo tls = client.tls();
    return new SessionFacts(
        client.sessionId(),
        user,
        startup.database(),
        text(client.address()),
        tls == null ? "none" : tls.protocol(),
        tls == null ? null : tls.subject(),
        startup.applicationName());
  }

  /** In every record of the session. */
  void write(JsonLine json) {
    json.put("session", id).put("user", user).put("database", database);
  }

  /** Where it begins. */
  void writeAll(JsonLine json) {
    write(json);
    json.put("client", client)
        .put("tls", tls)
        .putUnlessNull("certificate", certificate)
        .putUnlessNull("application", application);
  }

  private static String text(InetSocketAddress address) {
    InetAddress resolved = address.getAddress();
    String host = resolved == null ? address.getHostString() : resolved.getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
