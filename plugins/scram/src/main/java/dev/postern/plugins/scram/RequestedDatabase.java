package dev.postern.plugins.scram;

import dev.postern.api.session.StartupParameters;

/** The name under which a user's list of databases allows what a client asks for. */
final class RequestedDatabase {
  /**
   * Physical replication reads the whole server and belongs to no database; this is pg_hba.conf's
   * word for it.
   */
  static final String PHYSICAL_REPLICATION = "replication";

  private RequestedDatabase() {}

  static String of(StartupParameters startup) {
    boolean logical = "database".equals(startup.values().get("replication"));
    return startup.replication() && !logical ? PHYSICAL_REPLICATION : startup.database();
  }
}
