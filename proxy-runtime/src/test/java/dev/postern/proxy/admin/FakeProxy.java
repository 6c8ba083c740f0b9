package dev.postern.proxy.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A proxy that serves nobody and remembers what it was told. */
public final class FakeProxy implements ProxyControl {
  public static final SessionRow SESSION =
      new SessionRow(
          "17",
          "alice",
          "orders",
          "psql",
          "192.0.2.7:40000",
          "TLSv1.3",
          "default",
          "db:5432",
          "idle",
          null,
          null,
          List.of("SET ROLE", "a temporary table"),
          List.of("news"),
          Instant.EPOCH,
          Instant.EPOCH.plusSeconds(3600),
          Instant.EPOCH.plusSeconds(1),
          10,
          20);

  private static final InstanceRow INSTANCE =
      new InstanceRow(
          "door",
          "scram",
          "authenticator",
          "plugins/scram.jar",
          "1.0",
          1,
          "in service",
          0,
          Instant.EPOCH,
          17,
          2,
          Duration.ofNanos(1500),
          Duration.ofMillis(20),
          List.of(new InstanceRow.Metric("logins_refused", 3, "logins that were refused")));

  public static final PoolRow POOL =
      new PoolRow(
          "default",
          "db:5432",
          "orders",
          "alice",
          "transaction",
          false,
          40,
          1,
          Duration.ofMillis(1500),
          3,
          2,
          1,
          20,
          5,
          0,
          80,
          0,
          new PoolRow.Listening(true, 1, 1));

  private final List<String> told = new ArrayList<>();

  public synchronized List<String> told() {
    return List.copyOf(told);
  }

  private synchronized void tell(String what) {
    told.add(what);
  }

  @Override
  public ProxyStatus status() {
    return new ProxyStatus(
        "1.0",
        4711,
        Instant.EPOCH,
        false,
        "epoll",
        2,
        "boringssl",
        List.of("127.0.0.1:6432"),
        1,
        0,
        new ClusterRow(1, List.of(new ClusterRow.Peer(2, "10.0.0.2:6432"))));
  }

  @Override
  public List<SessionRow> sessions() {
    return List.of(SESSION);
  }

  @Override
  public void kill(String sessionId) {
    if (!sessionId.equals(SESSION.id())) {
      throw AdminException.notFound("no such session: " + sessionId);
    }
    tell("kill " + sessionId);
  }

  @Override
  public List<PoolRow> pools() {
    return List.of(POOL);
  }

  @Override
  public List<PluginRow> plugins() {
    return List.of(
        new PluginRow(
            "scram", "authenticator", "plugins/scram.jar", null, 1, "not in use", List.of(), 0));
  }

  @Override
  public List<InstanceRow> instances() {
    return List.of(INSTANCE);
  }

  @Override
  public void reload(List<String> instances) {
    if (instances.contains("broken")) {
      throw AdminException.invalid("conf/postern.yaml:1:1: broken");
    }
    tell("reload " + String.join(" ", instances));
  }

  @Override
  public void drain() {
    tell("drain");
  }

  @Override
  public void stop(boolean now) {
    tell("stop " + now);
  }
}
