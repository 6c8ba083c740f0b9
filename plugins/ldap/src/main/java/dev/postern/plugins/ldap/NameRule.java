package dev.postern.plugins.ldap;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which name a session gets. To a directory {@code Alice}, {@code alice} and {@code alice} with a
 * blank behind it are one name; to PostgreSQL, and to rules about users, they are three.
 */
public enum NameRule {
  /** The client's, which has to be exactly as the directory has it. */
  EXACT,
  /** As the directory has it. */
  DIRECTORY,
  /** As the directory has it, in lower case. */
  LOWER_CASE,
  /** As the client wrote it. */
  CLIENT;

  /**
   * The session's name.
   *
   * @param asked what the client wrote
   * @param known what the directory has; nothing if it is not to be read
   * @return {@code null} if the client is not to have a session by this rule
   */
  @Nullable String sessionName(String asked, List<String> known) {
    return switch (this) {
      case EXACT -> known.contains(asked) ? asked : null;
      case DIRECTORY -> theOne(asked, known);
      case LOWER_CASE -> {
        String name = theOne(asked, known);
        yield name == null ? null : name.toLowerCase(Locale.ROOT);
      }
      case CLIENT -> asked;
    };
  }

  private static @Nullable String theOne(String asked, List<String> known) {
    List<String> meant =
        known.size() < 2 ? known : known.stream().filter(asked::equalsIgnoreCase).toList();
    return meant.size() == 1 && !meant.getFirst().isBlank() && OneLine.is(meant.getFirst())
        ? meant.getFirst()
        : null;
  }
}
