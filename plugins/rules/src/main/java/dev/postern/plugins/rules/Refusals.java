package dev.postern.plugins.rules;

import dev.postern.api.auth.AuthenticationException;

/** What refused clients are told, in PostgreSQL's words. */
final class Refusals {
  private Refusals() {}

  static AuthenticationException rejected(Login login, Place place) {
    String subject = login.physicalReplication() ? "replication connection" : "connection";
    return AuthenticationException.denied(
        "pg_hba.conf rejects " + subject + " for host " + rest(login), "rejected by " + place);
  }

  static AuthenticationException noEntry(Login login) {
    String subject = login.physicalReplication() ? "replication connection from host" : "host";
    String message = "no pg_hba.conf entry for " + subject + " " + rest(login);
    return AuthenticationException.denied(message, message);
  }

  private static String rest(Login login) {
    return "\"%s\", user \"%s\", %s%s"
        .formatted(
            NumericAddress.text(login.address()),
            login.user(),
            login.physicalReplication() ? "" : "database \"" + login.database() + "\", ",
            login.encrypted() ? "SSL encryption" : "no encryption");
  }
}
