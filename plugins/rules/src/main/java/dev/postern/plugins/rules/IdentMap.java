package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * The maps of an ident file (PostgreSQL documentation, "User Name Maps"): which names of other
 * systems may log in as which users. Immutable.
 */
record IdentMap(List<Entry> entries) {
  static final IdentMap EMPTY = new IdentMap(List.of());
  private static final String GROUP = "\\1";

  IdentMap {
    entries = List.copyOf(entries);
  }

  /**
   * @param system the name of the other system, where {@code expression} is {@code null}
   * @param user which users, as it is written
   * @param users the same, unless the expression's group is in it
   */
  record Entry(
      String map, String system, @Nullable Expression expression, Token user, Names users) {}

  static IdentMap of(List<Line> lines) throws BrokenFileException {
    List<Entry> entries = new ArrayList<>();
    for (Line line : lines) {
      entries.add(entry(line));
    }
    return new IdentMap(entries);
  }

  private static Entry entry(Line line) throws BrokenFileException {
    Place place = line.place();
    if (line.fields().size() < 3) {
      throw new BrokenFileException(place, "missing entry at end of line");
    }
    Token map = single(place, line.fields().get(0));
    Token system = single(place, line.fields().get(1));
    Token user = single(place, line.fields().get(2));
    Expression expression = system.isExpression() ? Names.expression(place, system) : null;
    Names users = Names.ofUsers(place, List.of(user));
    if (expression != null && takesGroup(user) && expression.groups() == 0) {
      throw new BrokenFileException(
          place,
          "regular expression \"%s\" has no subexpressions as requested by backreference in \"%s\""
              .formatted(system.text().substring(1), user.text()));
    }
    return new Entry(map.text(), system.text(), expression, user, users);
  }

  private static Token single(Place place, List<Token> field) throws BrokenFileException {
    if (field.size() > 1) {
      throw new BrokenFileException(place, "multiple values in ident field");
    }
    return field.getFirst();
  }

  private static boolean takesGroup(Token user) {
    return !user.isExpression() && user.text().contains(GROUP);
  }

  boolean has(String map) {
    return entries.stream().anyMatch(entry -> entry.map().equals(map));
  }

  /** Whether a name of another system may log in as a user. An empty map has equal names only. */
  boolean allows(String map, String system, String user) throws UndecidedException {
    if (map.isEmpty()) {
      return system.equals(user);
    }
    for (Entry entry : entries) {
      if (entry.map().equals(map) && allows(entry, system, user)) {
        return true;
      }
    }
    return false;
  }

  private static boolean allows(Entry entry, String system, String user) throws UndecidedException {
    Token expected = entry.user();
    if (entry.expression() == null) {
      if (!entry.system().equals(system)) {
        return false;
      }
    } else {
      Matcher found = entry.expression().find(system);
      if (found == null) {
        return false;
      }
      if (takesGroup(expected)) {
        String group = found.group(1);
        int at = expected.text().indexOf(GROUP);
        return group != null
            && user.equals(
                expected.text().substring(0, at)
                    + group
                    + expected.text().substring(at + GROUP.length()));
      }
    }
    return entry.users().haveUser(user);
  }
}
