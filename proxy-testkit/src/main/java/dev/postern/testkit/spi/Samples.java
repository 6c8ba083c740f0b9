package dev.postern.testkit.spi;

import dev.postern.api.Bytes;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.SessionInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.api.session.TlsInfo;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Facts about sessions for tests that do not care for most of them. */
public final class Samples {
  private Samples() {}

  /** Session {@code s1}, from 192.0.2.1:50000 to 192.0.2.2:6432 (RFC 5737), without TLS. */
  public static ClientInfo client() {
    return client(null);
  }

  /** The same client over TLS, asking for this server name (SNI). */
  public static ClientInfo tlsClient(@Nullable String serverName) {
    return client(new TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", serverName, null));
  }

  private static ClientInfo client(@Nullable TlsInfo tls) {
    return new ClientInfo("s1", address(1, 50000), address(2, 6432), tls);
  }

  private static InetSocketAddress address(int lastByte, int port) {
    return InetSocketAddress.createUnresolved("192.0.2." + lastByte, port);
  }

  public static StartupParameters startup(String user, String database) {
    return new StartupParameters(Map.of("user", user, "database", database));
  }

  /** With one more parameter. */
  public static StartupParameters startup(String user, String database, String name, String value) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("user", user);
    values.put("database", database);
    values.put(name, value);
    return new StartupParameters(values);
  }

  public static RoutingRequest routing(String user, String database) {
    return new RoutingRequest(client(), startup(user, database), AuthenticatedUser.named(user));
  }

  /** A session of that user with that database, on a server at 192.0.2.3:5432. */
  public static SessionInfo session(String user, String database) {
    Backend backend = new Backend("192.0.2.3", 5432, BackendTls.DISABLED);
    return new SessionInfo(
        client(),
        startup(user, database),
        AuthenticatedUser.named(user),
        new Route("sample", List.of(backend), null, BackendLogin.AS_CLIENT),
        backend,
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  /** A verifier that differs from one with another {@code seed}; all share salt and iterations. */
  public static ScramVerifier verifier(int seed) {
    byte[] storedKey = new byte[ScramVerifier.KEY_LENGTH];
    byte[] serverKey = new byte[ScramVerifier.KEY_LENGTH];
    Arrays.fill(storedKey, (byte) seed);
    Arrays.fill(serverKey, (byte) (seed + 1));
    return new ScramVerifier(4096, Bytes.utf8("a salt of 16 by."), storedKey, serverKey);
  }
}
