package dev.postern.testkit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The servers that live as long as the JVM, one for each major version. */
final class SharedServers {
  private static final Map<Integer, PostgresServer> SERVERS = new ConcurrentHashMap<>();

  private SharedServers() {}

  static PostgresServer of(int version) {
    return SERVERS.computeIfAbsent(
        version, v -> PostgresServer.builder(v).setting("wal_level", "logical").start());
  }
}
