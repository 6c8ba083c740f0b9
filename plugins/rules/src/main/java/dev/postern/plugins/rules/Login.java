package dev.postern.plugins.rules;

import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.session.StartupParameters;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What rules look at.
 *
 * @param physicalReplication whether it is for replication of the whole server, and so for no
 *     database
 */
record Login(
    String user,
    String database,
    boolean physicalReplication,
    InetAddress address,
    boolean encrypted) {
  /** Servers cut longer names (NAMEDATALEN), so that a rule would see another one than they do. */
  private static final int LONGEST_NAME_BYTES = 63;

  static Login of(StartupParameters startup, InetAddress address, boolean encrypted)
      throws AuthenticationException {
    check("user", startup.user());
    check("database", startup.database());
    return new Login(
        startup.user(),
        startup.database(),
        isPhysical(startup.values().get("replication")),
        address,
        encrypted);
  }

  private static void check(String what, String name) throws AuthenticationException {
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME_BYTES) {
      throw AuthenticationException.denied(
          "the name of the " + what + " is longer than 63 bytes",
          "the name of the " + what + " is longer than 63 bytes, and servers cut it");
    }
  }

  Login withUser(String other) throws AuthenticationException {
    check("user", other);
    return new Login(other, database, physicalReplication, address, encrypted);
  }

  /** As servers read it: the word database, or what PostgreSQL takes for a boolean. */
  private static boolean isPhysical(@Nullable String replication) throws AuthenticationException {
    if (replication == null || replication.equals("database")) {
      return false;
    }
    String value = replication.toLowerCase(Locale.ROOT);
    if (isShort(value, "true", 1)
        || isShort(value, "yes", 1)
        || isShort(value, "on", 2)
        || value.equals("1")) {
      return true;
    }
    if (isShort(value, "false", 1)
        || isShort(value, "no", 1)
        || isShort(value, "off", 2)
        || value.equals("0")) {
      return false;
    }
    throw AuthenticationException.denied(
        "invalid value for parameter \"replication\"",
        "the startup parameter replication is neither a boolean nor \"database\"");
  }

  private static boolean isShort(String value, String word, int least) {
    return value.length() >= least && word.startsWith(value);
  }
}
