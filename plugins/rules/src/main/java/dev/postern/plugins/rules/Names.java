package dev.postern.plugins.rules;

import java.util.ArrayList;
import java.util.List;

/** A list of databases or users. */
record Names(List<Name> any) {
  private static final String KNOWN_TO_SERVERS =
      "who belongs to a role is known to the servers only (write the members' names, or @FILE with"
          + " a file that lists them)";

  Names {
    any = List.copyOf(any);
  }

  /** One entry of a list. */
  sealed interface Name {}

  /** All, but for physical replication where databases are listed. */
  record Everything() implements Name {}

  /** The database that is called as the user. */
  record SameAsUser() implements Name {}

  /** Physical replication, which belongs to no database. */
  record Replication() implements Name {}

  record Literal(String text) implements Name {}

  record Matching(Expression expression) implements Name {}

  static Names ofDatabases(Place place, List<Token> tokens) throws BrokenFileException {
    List<Name> names = new ArrayList<>();
    for (Token token : tokens) {
      if (token.is("samerole") || token.is("samegroup")) {
        throw new BrokenFileException(place, "\"" + token.text() + "\": " + KNOWN_TO_SERVERS);
      }
      if (token.is("sameuser")) {
        names.add(new SameAsUser());
      } else if (token.is("replication")) {
        names.add(new Replication());
      } else {
        names.add(name(place, token));
      }
    }
    return new Names(names);
  }

  static Names ofUsers(Place place, List<Token> tokens) throws BrokenFileException {
    List<Name> names = new ArrayList<>();
    for (Token token : tokens) {
      if (token.isGroup()) {
        throw new BrokenFileException(place, "\"" + token.text() + "\": " + KNOWN_TO_SERVERS);
      }
      names.add(name(place, token));
    }
    return new Names(names);
  }

  private static Name name(Place place, Token token) throws BrokenFileException {
    if (token.is("all")) {
      return new Everything();
    }
    return token.isExpression()
        ? new Matching(expression(place, token))
        : new Literal(token.text());
  }

  static Expression expression(Place place, Token token) throws BrokenFileException {
    try {
      return new Expression(token.text().substring(1));
    } catch (IllegalArgumentException e) {
      throw new BrokenFileException(
          place, "invalid regular expression \"" + token.text() + "\": " + e.getMessage(), e);
    }
  }

  boolean haveDatabaseOf(Login login) throws UndecidedException {
    for (Name name : any) {
      if (login.physicalReplication()
          ? name instanceof Replication
          : matches(name, login.database(), login.user())) {
        return true;
      }
    }
    return false;
  }

  boolean haveUser(String user) throws UndecidedException {
    for (Name name : any) {
      if (matches(name, user, user)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(Name name, String actual, String user) throws UndecidedException {
    return switch (name) {
      case Everything _ -> true;
      case SameAsUser _ -> actual.equals(user);
      case Replication _ -> false;
      case Literal(String text) -> text.equals(actual);
      case Matching(Expression expression) -> expression.isIn(actual);
    };
  }
}
