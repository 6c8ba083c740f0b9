package dev.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Several Posterns in the test's own process that pass cancel requests on to each other, behind one
 * address. Nodes count from 1. Safe for use by many threads.
 */
public final class PosternCluster implements AutoCloseable {
  private final Path secret;
  private final List<Door> doors = new ArrayList<>();
  private final List<RunningPostern> nodes = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final Door balancer =
      Door.to(() -> node(1 + next.getAndIncrement() % nodes().size()).address());

  private PosternCluster(Path secret) {
    this.secret = secret;
  }

  /**
   * Starts one; the caller closes it.
   *
   * @param builders gives each node's builder, which learns of the cluster here
   */
  public static PosternCluster start(int size, IntFunction<PosternBuilder> builders) {
    PosternCluster cluster = new PosternCluster(newSecret());
    for (int node = 1; node <= size; node++) {
      int number = node;
      cluster.doors.add(Door.to(() -> cluster.node(number).address()));
    }
    try {
      for (int node = 1; node <= size; node++) {
        cluster.nodes.add(cluster.configure(node, builders.apply(node)).start());
      }
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private PosternBuilder configure(int node, PosternBuilder builder) {
    builder.setting("cluster.node", node).setting("cluster.secret.file", secret.toString());
    for (int i = 0; i < doors.size(); i++) {
      String peer = "cluster.peers." + i;
      builder
          .setting(peer + ".node", i + 1)
          .setting(peer + ".host", "127.0.0.1")
          .setting(peer + ".port", doors.get(i).address().getPort());
    }
    return builder;
  }

  public RunningPostern node(int number) {
    return nodes.get(number - 1);
  }

  public List<RunningPostern> nodes() {
    return List.copyOf(nodes);
  }

  /** Where a node's peers reach it; only they use it. */
  public Door doorTo(int number) {
    return doors.get(number - 1);
  }

  /** Before all nodes: each connection goes to the next one, the first to node 1. */
  public InetSocketAddress address() {
    return balancer.address();
  }

  /** Copies a role's verifier from a server to all nodes. */
  public void importUser(PostgresServer server, String role) {
    nodes.forEach(node -> node.importUser(server, role));
  }

  @Override
  public void close() {
    nodes.forEach(RunningPostern::close);
    doors.forEach(Door::close);
    balancer.close();
    try {
      Files.deleteIfExists(secret);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path newSecret() {
    try {
      Path file = Files.createTempFile("postern-cluster", ".secret"); // open to its owner only
      return Files.writeString(file, "a secret that all nodes of the cluster know");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
