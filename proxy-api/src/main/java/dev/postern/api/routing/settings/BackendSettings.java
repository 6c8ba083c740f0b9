package dev.postern.api.routing.settings;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server.
 *
 * @param host a name or an address
 * @param port 1 to 65535; {@code null}: 5432
 * @param tls how the connection is protected; {@code null}: TLS is required, its certificate not
 *     checked; on loopback TLS is used if the server has it
 */
public record BackendSettings(String host, @Nullable Integer port, @Nullable TlsSettings tls) {
  private static final int POSTGRESQL = 5432;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|::1", Pattern.CASE_INSENSITIVE);

  public BackendSettings {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host: empty");
    }
    if (port != null && (port < 1 || port > 65535)) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
    }
  }

  /** The server, with the defaults where nothing is written. */
  public Backend toBackend() {
    BackendTls.Mode usual =
        LOOPBACK.matcher(host).matches() ? BackendTls.Mode.PREFER : BackendTls.Mode.REQUIRE;
    return new Backend(
        host,
        port == null ? POSTGRESQL : port,
        tls == null ? new BackendTls(usual, null, null, null) : tls.toBackendTls(usual));
  }
}
