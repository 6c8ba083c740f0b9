package dev.postern.api.intercept;

import dev.postern.api.message.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which names of prepared statements and portals a text of SQL may give or take, as its words tell:
 * by PREPARE and DEALLOCATE, DECLARE and CLOSE, DISCARD, a DO, which may do anything, and an
 * EXECUTE, which does what was prepared. The text is searched, not parsed: what is found may stand
 * in a literal or a comment, and where a name is not written plainly, it may be any. Of names
 * beyond ASCII, {@link SessionNames} know nothing.
 *
 * <p>Immutable, safe for use by many threads.
 */
public final class NameChanges {
  /** More names of one kind than any program has in one text: then it is any. */
  private static final int MAX_NAMES = 16;

  private static final char LAST_ASCII = 0x7F;

  private static final String TRANSACTION = "transaction";

  /** Nothing changes. */
  public static final NameChanges NONE = new NameChanges(Set.of(), Set.of(), Set.of());

  /** Any name may stand for something else; for texts that are not, or not wholly, known. */
  public static final NameChanges ANY = new NameChanges(null, null, null);

  private static final NameChanges ANY_STATEMENT = new NameChanges(null, Set.of(), Set.of());
  private static final NameChanges ANY_PORTAL = new NameChanges(Set.of(), null, Set.of());
  private static final NameChanges AS_ANY = new NameChanges(Set.of(), Set.of(), null);

  // Null: any.
  private final @Nullable Set<String> statements;
  private final @Nullable Set<String> portals;

  /** Prepared statements that it runs. */
  private final @Nullable Set<String> executed;

  private NameChanges(
      @Nullable Set<String> statements,
      @Nullable Set<String> portals,
      @Nullable Set<String> executed) {
    this.statements = statements;
    this.portals = portals;
    this.executed = executed;
  }

  private static NameChanges of(Target target, @Nullable String name) {
    if (target == Target.STATEMENT) {
      return name == null ? ANY_STATEMENT : new NameChanges(Set.of(name), Set.of(), Set.of());
    }
    return name == null ? ANY_PORTAL : new NameChanges(Set.of(), Set.of(name), Set.of());
  }

  private static NameChanges as(@Nullable String name) {
    return name == null ? AS_ANY : new NameChanges(Set.of(), Set.of(), Set.of(name));
  }

  /** What this text of a Query or Parse changes, of one or several statements. */
  public static NameChanges of(String sql) {
    int begin = behindSpace(sql, 0);
    if (begin < sql.length() && isLetter(sql.charAt(begin)) && isSingle(sql, begin)) {
      return at(sql, begin);
    }
    NameChanges all = NONE;
    for (int i = begin; i < sql.length(); i++) {
      if (i == begin || maySeparate(sql.charAt(i - 1))) {
        all = all.and(at(sql, i));
      }
    }
    return all;
  }

  private static boolean isSingle(String sql, int begin) {
    int semicolon = sql.indexOf(';', begin);
    return semicolon < 0 || behindSpace(sql, semicolon + 1) == sql.length();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  /** What can stand before the first word of a statement; a slash ends a comment. */
  private static boolean maySeparate(char c) {
    return c <= ' ' || c == ';' || c == '/';
  }

  /** What a statement changes that begins here. */
  private static NameChanges at(String sql, int begin) {
    return switch (sql.charAt(begin) | 0x20) {
      case 'p' -> {
        int name = behindWord(sql, begin, "prepare");
        yield name < 0 || isTwoPhaseCommit(sql, name)
            ? NONE
            : of(Target.STATEMENT, name(sql, name));
      }
      case 'd' -> atD(sql, begin);
      case 'c' -> {
        int name = behindWord(sql, begin, "close");
        yield name < 0 ? NONE : of(Target.PORTAL, name(sql, name));
      }
      case 'e' -> {
        int name = behindWord(sql, begin, "execute");
        yield name < 0 ? NONE : as(name(sql, name));
      }
      default -> NONE;
    };
  }

  private static NameChanges atD(String sql, int begin) {
    int name = behindWord(sql, begin, "deallocate");
    if (name >= 0) {
      int noise = behindWord(sql, name, "prepare");
      boolean isNoise = noise >= 0 && noise < sql.length() && sql.charAt(noise) != ';';
      return of(Target.STATEMENT, name(sql, isNoise ? noise : name));
    }
    name = behindWord(sql, begin, "declare");
    if (name >= 0) {
      return of(Target.PORTAL, name(sql, name));
    }
    // What a DO says is put together when it runs, and may be any of the others.
    boolean any = behindWord(sql, begin, "do") >= 0 || behindWord(sql, begin, "discard") >= 0;
    return any ? ANY : NONE;
  }

  /** Where the next thing behind this word stands; -1 if another word stands here. */
  private static int behindWord(String sql, int at, String word) {
    int end = at + word.length();
    return sql.regionMatches(true, at, word, 0, word.length())
            && (end == sql.length() || !isPartOfWord(sql.charAt(end)))
        ? behindSpace(sql, end)
        : -1;
  }

  private static boolean isPartOfWord(char c) {
    return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '$' || c > LAST_ASCII;
  }

  /** Whether TRANSACTION and a text stand here, and not the name {@code transaction}. */
  private static boolean isTwoPhaseCommit(String sql, int at) {
    int text = behindWord(sql, at, TRANSACTION);
    return text >= 0 && sql.startsWith("'", text);
  }

  private static int behindSpace(String sql, int from) {
    int at = from;
    while (at < sql.length() && sql.charAt(at) <= ' ') {
      at++;
    }
    return at;
  }

  /** The name that stands here; {@code null}: all names, or one that is not written plainly. */
  private static @Nullable String name(String sql, int begin) {
    boolean quoted = sql.startsWith("\"", begin);
    int from = quoted ? begin + 1 : begin;
    int end = from;
    while (end < sql.length()
        && (quoted ? sql.charAt(end) != '"' : isPartOfWord(sql.charAt(end)))) {
      if (sql.charAt(end) > LAST_ASCII) {
        return null;
      }
      end++;
    }
    if (end == from || !isEndOfName(sql, quoted ? end + 1 : end)) {
      return null;
    }
    String name = sql.substring(from, Math.min(end, from + SessionNames.MAX_BYTES));
    if (quoted) {
      return name;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("all") ? null : lower;
  }

  /** Whether this ends a name for certain, which could be {@code u&"..."} or {@code "a""b"}. */
  private static boolean isEndOfName(String sql, int at) {
    return at == sql.length()
        || (at < sql.length() && (sql.charAt(at) <= ' ' || ";(".indexOf(sql.charAt(at)) >= 0));
  }

  private NameChanges and(NameChanges next) {
    if (next == NONE) {
      return this;
    }
    return this == NONE
        ? next
        : new NameChanges(
            both(statements, next.statements),
            both(portals, next.portals),
            both(executed, next.executed));
  }

  private static @Nullable Set<String> both(
      @Nullable Set<String> one, @Nullable Set<String> other) {
    if (one == null || other == null) {
      return null;
    }
    Set<String> both = new HashSet<>(one);
    both.addAll(other);
    return both.size() > MAX_NAMES ? null : Set.copyOf(both);
  }

  /** Whether no name stands for something else when the text has been run. */
  public boolean isNone() {
    return this == NONE;
  }

  /**
   * The text goes to the server, to be run: of the names that it may give or take, what was sent
   * before is not known any more. Others that are under way may be forgotten as well.
   *
   * @return what the portals stood for that are not known any more
   */
  public <P> List<P> applyTo(SessionNames<?> statementNames, SessionNames<P> portalNames) {
    boolean any = statementNames.areChanging(executed);
    statementNames.forget(any ? null : statements);
    return portalNames.forget(any ? null : portals);
  }

  @Override
  public String toString() {
    return "NameChanges[statements "
        + (statements == null ? "any" : statements)
        + ", portals "
        + (portals == null ? "any" : portals)
        + ", as "
        + (executed == null ? "any" : executed)
        + "]";
  }
}
