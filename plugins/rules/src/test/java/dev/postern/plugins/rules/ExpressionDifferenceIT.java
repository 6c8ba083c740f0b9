package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Expressions that nobody would write, given to PostgreSQL and to Postern. */
final class ExpressionDifferenceIT {
  private static final int EXPRESSIONS = 10_000;
  private static final int NAMES_FOR_EACH = 6;
  private static final String[] LETTERS = {"a", "b", "c", "ä", "😀"};
  private static final String[] QUANTIFIERS = {"*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?"};
  private static final String[] ATOMS = {
    "a", "b", "c", "ä", ".", "[ab]", "[^a]", "\\w", "[[:alpha:]]", "\\1", "\\y", "\\m", "\\M"
  };

  /**
   * What there is to say of a name: whether the expression is in it.
   *
   * @param group what the first one holds; the message of an error
   */
  private record Answer(boolean error, boolean found, @Nullable String group) {
    /** Sizes have limits that Postern does not have. */
    boolean tooComplex() {
      return error && String.valueOf(group).contains("too complex");
    }
  }

  private record Question(String expression, String name) {}

  private final Random random = new Random(1);

  static List<Integer> versions() {
    return PostgresServer.versions();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void whatPosternTakesMeansWhatItMeansToPostgres(int version) throws Exception {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < EXPRESSIONS; i++) {
      String expression =
          (random.nextBoolean() ? "^" : "") + branches(3) + (random.nextBoolean() ? "$" : "");
      for (int j = 0; j < NAMES_FOR_EACH; j++) {
        questions.add(new Question(expression, name()));
      }
    }
    List<Answer> expected = ofPostgres(PostgresServer.shared(version), questions);
    List<String> differences = new ArrayList<>();
    int found = 0;
    int groups = 0;
    int refusedAlone = 0;
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      Answer theirs = expected.get(i);
      Expression expression = expression(question.expression());
      if (expression == null || theirs.tooComplex()) {
        refusedAlone += theirs.error() ? 0 : 1;
        continue;
      }
      boolean ours = expression.isIn(question.name());
      FirstGroup first = firstGroup(expression);
      String group = first == null ? null : expression.groupIn(question.name(), first);
      found += ours ? 1 : 0;
      groups += group == null ? 0 : 1;
      if (theirs.error()
          || ours != theirs.found()
          || (first != null && !String.valueOf(group).equals(String.valueOf(theirs.group())))) {
        differences.add("%s: %s, and not %s %s".formatted(question, theirs, ours, group));
      }
    }
    assertThat(differences).as("of %d found, %d groups", found, groups).isEmpty();
    assertThat(found).isGreaterThan(questions.size() / 10);
    assertThat(groups).isGreaterThan(questions.size() / 50);
    assertThat(refusedAlone).isLessThan(questions.size() / 4);
  }

  private static @Nullable Expression expression(String text) {
    try {
      return new Expression(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static @Nullable FirstGroup firstGroup(Expression expression) {
    try {
      return expression.groups() == 0 ? null : expression.firstGroup();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static List<Answer> ofPostgres(PostgresServer server, List<Question> questions)
      throws SQLException {
    List<Answer> answers = new ArrayList<>();
    try (Connection connection = server.superuser();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE FUNCTION pg_temp.answer(expression text, name text, OUT is_in bool, OUT held text)
          LANGUAGE plpgsql AS $$
          BEGIN
            is_in := name COLLATE "C" ~ expression;
            held := (regexp_match(name COLLATE "C", expression))[1];
          EXCEPTION WHEN invalid_regular_expression THEN
            is_in := NULL;
            held := SQLERRM;
          END $$
          """);
      try (PreparedStatement asked =
          connection.prepareStatement(
              "SELECT a.* FROM unnest(?::text[], ?::text[]) WITH ORDINALITY q(e, n, i)"
                  + " CROSS JOIN LATERAL pg_temp.answer(e, n) a ORDER BY i")) {
        asked.setArray(
            1,
            connection.createArrayOf(
                "text", questions.stream().map(Question::expression).toArray()));
        asked.setArray(
            2, connection.createArrayOf("text", questions.stream().map(Question::name).toArray()));
        try (ResultSet rows = asked.executeQuery()) {
          while (rows.next()) {
            boolean found = rows.getBoolean(1);
            answers.add(new Answer(rows.wasNull(), found, rows.getString(2)));
          }
        }
      }
    }
    return answers;
  }

  private String name() {
    StringBuilder name = new StringBuilder();
    for (int length = random.nextInt(8); length > 0; length--) {
      name.append(any(LETTERS));
    }
    return name.toString();
  }

  private String branches(int depth) {
    StringBuilder text = new StringBuilder(branch(depth));
    while (random.nextInt(3) == 0) {
      text.append('|').append(branch(depth));
    }
    return text.toString();
  }

  private String branch(int depth) {
    StringBuilder text = new StringBuilder();
    for (int atoms = random.nextInt(4); atoms > 0; atoms--) {
      text.append(atom(depth));
      if (random.nextInt(3) == 0) {
        text.append(QUANTIFIERS[random.nextInt(random.nextInt(4) == 0 ? 8 : 6)]);
      }
    }
    return text.toString();
  }

  private String atom(int depth) {
    int kind = random.nextInt(12);
    if (depth == 0 || kind < 6) {
      return any(ATOMS);
    }
    String parenthesis =
        switch (kind) {
          case 6, 7 -> "(?:";
          case 8 -> random.nextInt(3) > 0 ? "(" : random.nextBoolean() ? "(?=" : "(?!";
          default -> "(";
        };
    return parenthesis + branches(depth - 1) + ")";
  }

  private String any(String[] texts) {
    return texts[random.nextInt(texts.length)];
  }
}
