package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;
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
   * @param group the expression's, if it is in {@code user}
   */
  record Entry(
      String map,
      String system,
      @Nullable Expression expression,
      Token user,
      Names users,
      @Nullable FirstGroup group) {
    boolean isOf(String name) throws UndecidedException {
      return expression == null ? system.equals(name) : expression.isIn(name);
    }

    /** The user with what the group holds; {@code null} if it holds nothing. */
    @Nullable String expanded(String name) throws UndecidedException {
      if (expression == null || group == null) {
        return user.text();
      }
      String held = expression.groupIn(name, group);
      int at = user.text().indexOf(GROUP);
      return held == null
          ? null
          : user.text().substring(0, at) + held + user.text().substring(at + GROUP.length());
    }
  }

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
    FirstGroup group =
        expression != null && takesGroup(user) ? group(place, system, expression, user) : null;
    return new Entry(map.text(), system.text(), expression, user, users, group);
  }

  private static FirstGroup group(Place place, Token system, Expression expression, Token user)
      throws BrokenFileException {
    String text = system.text().substring(1);
    if (expression.groups() == 0) {
      throw new BrokenFileException(
          place,
          "regular expression \"%s\" has no subexpressions as requested by backreference in \"%s\""
              .formatted(text, user.text()));
    }
    try {
      return expression.firstGroup();
    } catch (IllegalArgumentException e) {
      throw new BrokenFileException(
          place, "regular expression \"%s\": %s".formatted(text, e.getMessage()), e);
    }
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
      if (entry.map().equals(map) && entry.isOf(system)) {
        String wanted = entry.expanded(system);
        if (wanted == null) {
          return false; // as PostgreSQL, which has an error here and looks no further
        }
        if (entry.group() == null ? entry.users().haveUser(user) : wanted.equals(user)) {
          return true;
        }
      }
    }
    return false;
  }
}
