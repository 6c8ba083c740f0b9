package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.pool.Pool;
import dev.postern.proxy.session.Session;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server, a gateway whose clients share two connections to it, and the clients of a test, which
 * all have one role.
 */
final class ListeningClients implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private final String role;
  private final List<WireClient> clients = new ArrayList<>();
  private @Nullable PostgresServer server;
  private @Nullable RunningPostern postern;
  private int processId;

  ListeningClients(String role) {
    this.role = role;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    server = PostgresServer.builder().start();
    postern =
        RunningPostern.builder()
            .backend(server, Pools.transactions(2))
            .setting("network.event-loops", 2)
            .start();
    Pools.createRole(server, postern, role);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    postern().close();
    server().close();
  }

  /** Ends the clients of a test, and waits until the gateway knows. */
  @Override
  public void afterEach(ExtensionContext context) {
    clients.forEach(WireClient::close);
    clients.clear();
    await().until(() -> postern().server().registry().sessions().isEmpty());
  }

  PostgresServer server() {
    return Objects.requireNonNull(server, "not started");
  }

  RunningPostern postern() {
    return Objects.requireNonNull(postern, "not started");
  }

  /** Logged in; closed at the end of the test. */
  WireClient client() {
    WireClient client = WireClient.connect(postern().address());
    clients.add(client);
    processId = client.login(role, Pools.PASSWORD, "postgres").processId();
    return client;
  }

  /** As the client that logged in last was told. */
  int processId() {
    return processId;
  }

  /** Of the only client. */
  Session session() {
    return postern().server().registry().sessions().iterator().next();
  }

  Pool pool() {
    return postern().server().pools().all().iterator().next();
  }

  /** On how many channels the pool listens. */
  int channels() {
    return pool().listening().channels();
  }

  static List<WireMessage> extended(WireClient client, String sql) {
    client.send(unnamed(sql), sync());
    return client.receiveUntil('Z');
  }

  /** The channel and the payload of the notification that must come next. */
  static String heard(WireClient client) {
    return String.join(" ", client.expect('A').strings(4));
  }

  /** Its own notifications would come before it is ready. */
  static void hearsNothingOf(WireClient client, String channel) {
    assertThat(WireMessage.types(client.query("NOTIFY " + channel))).isEqualTo("CZ");
  }

  static List<String> tags(List<WireMessage> messages) {
    return messages.stream()
        .filter(message -> message.type() == 'C')
        .map(message -> message.strings(0).getFirst())
        .toList();
  }
}
