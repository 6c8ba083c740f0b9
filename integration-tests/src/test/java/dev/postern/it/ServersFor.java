package dev.postern.it;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.Programs;
import dev.postern.testkit.Skip;

/** Servers for programs that refuse a server newer than themselves. */
final class ServersFor {
  private ServersFor() {}

  /** The newest server that the program talks to; without one, the test is skipped. */
  static PostgresServer program(String name) {
    int version = Programs.require(name).majorVersion();
    int newest =
        PostgresServer.versions().stream()
            .filter(candidate -> candidate <= version)
            .max(Integer::compare)
            .orElse(0);
    Skip.unless(newest > 0, name + " " + version + ": no server as old as that");
    return PostgresServer.shared(newest);
  }
}
