package dev.postern.plugins.staticroutes;

import org.jspecify.annotations.Nullable;

/**
 * Which sessions take a route: those that match everything that is written here. A value is
 * compared as it is, or with {@code *} for any characters; what a client did not send matches
 * nothing.
 *
 * @param database the database that the client asks for
 * @param user the user that the client proved to be
 * @param sni the host name that the client gave in its TLS handshake, in any case
 * @param applicationName the client's {@code application_name} at login
 */
public record MatchConfig(
    @Nullable String database,
    @Nullable String user,
    @Nullable String sni,
    @Nullable String applicationName) {
  public MatchConfig {
    if (database == null && user == null && sni == null && applicationName == null) {
      throw new IllegalArgumentException(
          "empty (expected: database, user, sni or application-name, or no match section)");
    }
  }
}
