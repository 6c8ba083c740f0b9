package dev.postern.proxy.config;

import java.util.Map;
import java.util.Optional;

/**
 * What to write instead of a setting that does not exist: names that operators bring along from
 * PostgreSQL and PgBouncer, and settings that were removed.
 */
final class SettingHints {
  private static final Map<String, String> BY_KEY =
      Map.ofEntries(
          Map.entry("listen-addr", "listeners[].host"),
          Map.entry("listen-addresses", "listeners[].host"),
          Map.entry("listen-port", "listeners[].port"),
          Map.entry("listener", "listeners, a list"),
          Map.entry("max-client-conn", "limits.sessions"),
          Map.entry("max-connections", "limits.sessions"),
          Map.entry("max-user-connections", "limits.sessions-per-user"),
          Map.entry("client-login-timeout", "timeouts.login"),
          Map.entry("server-connect-timeout", "timeouts.connect"),
          Map.entry("client-idle-timeout", "timeouts.idle"),
          Map.entry("client-tls-sslmode", "listeners[].tls.mode"),
          Map.entry("client-tls-cert-file", "listeners[].tls.certificate"),
          Map.entry("client-tls-key-file", "listeners[].tls.key"),
          Map.entry("client-tls-ca-file", "listeners[].tls.client-ca"),
          Map.entry("ssl-cert-file", "listeners[].tls.certificate"),
          Map.entry("ssl-key-file", "listeners[].tls.key"),
          Map.entry("auth-type", "authenticator"),
          Map.entry("auth-file", "\"postern user import\"; users are kept in the store"),
          Map.entry("auth-query", "\"postern user import\"; users are kept in the store"),
          Map.entry("databases", "the configuration of the router"));

  private SettingHints() {}

  static Optional<String> of(String key) {
    return Optional.ofNullable(BY_KEY.get(Keys.kebab(key)))
        .map(instead -> "unknown setting; use " + instead);
  }
}
