package dev.postern.plugins.mask;

import dev.postern.api.Glob;
import dev.postern.api.session.SessionInfo;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whose sessions see which columns masked. A session is under the policy if it matches every list
 * that is given here, and is not exempt. In names and values {@code *} stands for any characters.
 *
 * @param name for the log
 * @param users names that users proved; {@code null}: all
 * @param exemptUsers but not these; {@code null}: none
 * @param attributes names of attributes with the values that count; {@code null}: any
 * @param routes names of routes; {@code null}: all
 * @param databases on the server; {@code null}: all
 * @param columns one or more
 * @param unprovable what becomes of a result's column that a statement computes which uses a masked
 *     one; {@code null}: refuse
 * @param copyTo what becomes of COPY TO that takes masked columns along; {@code null}: refuse
 * @param errors what becomes of the server's sentences, which can quote values, about statements on
 *     tables with masked columns; {@code null}: withhold
 */
public record PolicyConfig(
    String name,
    @Nullable List<String> users,
    @Nullable List<String> exemptUsers,
    @Nullable Map<String, List<String>> attributes,
    @Nullable List<String> routes,
    @Nullable List<String> databases,
    List<ColumnConfig> columns,
    @Nullable Leak unprovable,
    @Nullable Leak copyTo,
    @Nullable Sentences errors) {

  /** What becomes of values that cannot be masked. */
  public enum Leak {
    /** The statement fails. */
    REFUSE,
    /** They pass as they are. */
    PASS
  }

  /** What becomes of the server's sentences. */
  public enum Sentences {
    /** The client gets the SQLSTATE, and that there was a sentence. */
    WITHHOLD,
    /** They pass as they are. */
    PASS
  }

  public PolicyConfig {
    users = users == null ? null : List.copyOf(users);
    exemptUsers = exemptUsers == null ? null : List.copyOf(exemptUsers);
    attributes = attributes == null ? null : Map.copyOf(attributes);
    routes = routes == null ? null : List.copyOf(routes);
    databases = databases == null ? null : List.copyOf(databases);
    columns = List.copyOf(columns);
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("columns: empty (expected: one or more)");
    }
  }

  /**
   * Whether a session is under this policy.
   *
   * @param database on the server
   */
  boolean covers(SessionInfo session, String database) {
    String user = session.user().name();
    return accepts(users, user)
        && (exemptUsers == null || !accepts(exemptUsers, user))
        && accepts(routes, session.route().name())
        && accepts(databases, database)
        && (attributes == null
            || attributes.entrySet().stream()
                .allMatch(
                    wanted -> {
                      String value = session.user().attributes().get(wanted.getKey());
                      return value != null && accepts(wanted.getValue(), value);
                    }));
  }

  private static boolean accepts(@Nullable List<String> patterns, String text) {
    return patterns == null || patterns.stream().anyMatch(each -> new Glob(each).matches(text));
  }

  boolean refusesUnprovable() {
    return unprovable != Leak.PASS;
  }

  boolean refusesCopyTo() {
    return copyTo != Leak.PASS;
  }

  boolean withholdsErrors() {
    return errors != Sentences.PASS;
  }
}
