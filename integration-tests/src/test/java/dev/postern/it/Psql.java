package dev.postern.it;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.Program;
import dev.postern.testkit.Programs;
import dev.postern.testkit.RunningPostern;

/** Programs of PostgreSQL with what they need to connect. A missing one skips the test. */
final class Psql {
  private Psql() {}

  /** psql as a role with the usual password. */
  static Program through(RunningPostern postern, String role) {
    return program("psql", postern, role).with("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1");
  }

  /**
   * Any of PostgreSQL's client programs, as a role with the usual password; over TLS with a checked
   * name.
   */
  static Program program(String name, RunningPostern postern, String role) {
    Program program = client(name, postern.host(), postern.port(), role);
    return postern.isTls()
        ? program
            .environment("PGSSLMODE", "verify-full")
            .environment("PGSSLROOTCERT", Gateways.AUTHORITY_FILE.toString())
        : program;
  }

  /** Any of PostgreSQL's client programs without Postern. */
  static Program direct(String name, PostgresServer server, String role) {
    return client(name, server.host(), server.port(), role);
  }

  private static Program client(String name, String host, int port, String role) {
    return Programs.require(name)
        .environment("PGHOST", host)
        .environment("PGPORT", Integer.toString(port))
        .environment("PGUSER", role)
        .environment("PGPASSWORD", Gateways.PASSWORD)
        .environment("PGDATABASE", "postgres")
        .environment("PGCONNECT_TIMEOUT", "20");
  }
}
