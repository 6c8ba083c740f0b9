package dev.postern.plugins.limits;

import dev.postern.api.Glob;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a limit is for: each component is a list of patterns of which one has to match; {@code null}
 * matches all.
 *
 * @param user names that users proved
 * @param database names that clients asked for
 * @param route names of routes
 * @param fingerprint of statements
 * @param statement commands, such as {@code INSERT}; upper and lower case are the same
 */
public record MatchConfig(
    @Nullable List<String> user,
    @Nullable List<String> database,
    @Nullable List<String> route,
    @Nullable List<String> fingerprint,
    @Nullable List<String> statement) {
  static final MatchConfig ALL = new MatchConfig(null, null, null, null, null);

  public MatchConfig {
    user = checked("user", user);
    database = checked("database", database);
    route = checked("route", route);
    fingerprint = checked("fingerprint", fingerprint);
    statement = checked("statement", statement);
  }

  private static @Nullable List<String> checked(String name, @Nullable List<String> patterns) {
    if (patterns == null) {
      return null;
    }
    if (patterns.isEmpty()) {
      throw new IllegalArgumentException(name + ": empty (expected: one pattern or more)");
    }
    return List.copyOf(patterns);
  }

  /** Whether what is said of statements matters. */
  boolean looksAtStatements() {
    return fingerprint != null || statement != null;
  }

  boolean acceptsSession(Facts facts) {
    return any(user, facts.user()) && any(database, facts.database()) && any(route, facts.route());
  }

  /** What cannot be read for sure is accepted: a limit must not be got round by it. */
  boolean acceptsStatement(Shape shape) {
    boolean known = fingerprint == null || shape.unclear() || any(fingerprint, shape.fingerprint());
    return known
        && (statement == null
            || shape.unclear()
            || shape.commands().stream().anyMatch(this::acceptsCommand));
  }

  private boolean acceptsCommand(String command) {
    return statement != null
        && statement.stream()
            .anyMatch(pattern -> new Glob(pattern.toUpperCase(Locale.ROOT)).matches(command));
  }

  private static boolean any(@Nullable List<String> patterns, String text) {
    return patterns == null
        || patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(text));
  }
}
