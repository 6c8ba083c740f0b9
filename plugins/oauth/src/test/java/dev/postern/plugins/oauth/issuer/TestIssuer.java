package dev.postern.plugins.oauth.issuer;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.postern.testkit.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An issuer on a free port of the loopback interface, over TLS with a certificate of {@link
 * #AUTHORITY}. It publishes what a test says, and can be stopped and started again. Safe for use by
 * many threads, but for {@link #stop} and {@link #start}.
 */
public final class TestIssuer implements AutoCloseable {
  /** Has signed the certificates of all issuers of this JVM. */
  public static final TestCertificate AUTHORITY = TestCertificate.authority("issuers of tests");

  /** Making one takes a while. */
  public static final IssuerKey KEY = IssuerKey.of("first", "RS256");

  private static final TestCertificate IDENTITY = AUTHORITY.server("localhost", "127.0.0.1");
  private static final String REALM = "/realms/test";

  /** How often each path was asked for. */
  private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();

  private final Map<String, HttpHandler> answers = new ConcurrentHashMap<>();
  private final boolean tls;
  private volatile List<IssuerKey> keys = List.of(KEY);
  private volatile Map<String, Object> metadata = Map.of();
  private int port;
  private @Nullable HttpServer server;
  private @Nullable ExecutorService threads;

  private TestIssuer(boolean tls) {
    this.tls = tls;
  }

  public static TestIssuer started() {
    TestIssuer issuer = new TestIssuer(true);
    issuer.start();
    return issuer;
  }

  /** Without TLS. */
  public static TestIssuer inClear() {
    TestIssuer issuer = new TestIssuer(false);
    issuer.start();
    return issuer;
  }

  /** On the port that it had. */
  public void start() {
    try {
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      HttpServer started = tls ? HttpsServer.create(address, 0) : HttpServer.create(address, 0);
      if (started instanceof HttpsServer https) {
        https.setHttpsConfigurator(new HttpsConfigurator(tls(IDENTITY)));
      }
      threads = Executors.newVirtualThreadPerTaskExecutor();
      started.setExecutor(threads);
      started.createContext("/", this::answer);
      started.start();
      port = started.getAddress().getPort();
      server = started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLContext tls(TestCertificate identity) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "identity", identity.key(), new char[0], identity.chain().toArray(Certificate[]::new));
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, new char[0]);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends all connections and takes no new ones. */
  public void stop() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
    if (threads != null) {
      threads.shutdownNow();
      threads = null;
    }
  }

  @Override
  public void close() {
    stop();
  }

  public String root() {
    return (tls ? "https" : "http") + "://localhost:" + port;
  }

  /** How it names itself. */
  public String issuer() {
    return root() + REALM;
  }

  public String openidConfiguration() {
    return issuer() + "/.well-known/openid-configuration";
  }

  public String oauthAuthorizationServer() {
    return root() + "/.well-known/oauth-authorization-server" + REALM;
  }

  public String jwks() {
    return issuer() + "/keys";
  }

  /** Publishes these keys instead. */
  public void publish(IssuerKey... published) {
    keys = List.of(published);
  }

  /** Says this in its documents, besides or instead. */
  public void says(Map<String, Object> more) {
    metadata = Map.copyOf(more);
  }

  /** Answers in this way at an address of its own instead. */
  public void answersAt(String address, HttpHandler answer) {
    answers.put(address.substring(root().length()), answer);
  }

  public void answersAsEver() {
    answers.clear();
  }

  /** How often an address was asked for. */
  public int requests(String address) {
    AtomicInteger count = requests.get(address.substring(root().length()));
    return count == null ? 0 : count.get();
  }

  /** A good token, signed with a key, made at a time. */
  public TokenDraft token(IssuerKey key, Instant now) {
    return new TokenDraft(key, issuer(), now);
  }

  /** A good token as of now. */
  public TokenDraft token() {
    return token(KEY, Instant.now());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
    HttpHandler own = answers.get(path);
    if (own != null) {
      try (exchange) {
        own.handle(exchange);
      }
    } else if (path.equals(REALM + "/keys")) {
      send(exchange, 200, json(Map.of("keys", keys.stream().map(IssuerKey::jwk).toList())));
    } else if (path.contains("/.well-known/")) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("issuer", issuer());
      document.put("jwks_uri", jwks());
      document.put("token_endpoint", issuer() + "/token");
      document.putAll(metadata);
      send(exchange, 200, json(document));
    } else {
      send(exchange, 404, "{}");
    }
  }

  private static String json(Map<String, Object> values) {
    return JSONObjectUtils.toJSONString(new HashMap<>(values));
  }

  /** One whole answer. */
  public static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
      exchange.getResponseBody().write(content);
    }
  }
}
