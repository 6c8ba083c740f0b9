package dev.postern.api.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the client's StartupMessage (PostgreSQL documentation, "Message Formats"), in
 * the client's order, without the {@code _pq_.} protocol options.
 *
 * @param values names and values as sent; {@code user} is always there and never empty
 */
public record StartupParameters(Map<String, String> values) {
  public StartupParameters {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    String user = values.get("user");
    if (user == null || user.isEmpty()) {
      throw new IllegalArgumentException("no PostgreSQL user name specified in startup packet");
    }
  }

  public String user() {
    return values.getOrDefault("user", "");
  }

  /** The database asked for; the user's name where the client named none, as in PostgreSQL. */
  public String database() {
    String database = values.get("database");
    return database == null || database.isEmpty() ? user() : database;
  }

  public @Nullable String applicationName() {
    return values.get("application_name");
  }

  /** Whether this is to be a replication connection (physical or logical). */
  public boolean replication() {
    String value = values.get("replication");
    return value != null
        && !switch (value.toLowerCase(java.util.Locale.ROOT)) {
          case "false", "off", "no", "0", "f", "n" -> true;
          default -> false;
        };
  }
}
