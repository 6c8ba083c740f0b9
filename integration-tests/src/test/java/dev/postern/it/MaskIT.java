package dev.postern.it;

import static dev.postern.it.MaskedPeople.MASKED;
import static dev.postern.it.MaskedPeople.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.testkit.RunningPostern;
import java.io.StringWriter;
import java.io.Writer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** What clients of a gateway with {@code mask} see, in both kinds of pooling. */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
final class MaskIT {
  private static final Map<String, RunningPostern> GATEWAYS = new HashMap<>();

  private final String mode;

  MaskIT(String mode) {
    this.mode = mode;
  }

  @BeforeAll
  static void start() throws Exception {
    if (GATEWAYS.isEmpty()) {
      MaskedPeople.create();
      for (String mode : List.of("session", "transaction")) {
        GATEWAYS.put(mode, MaskedPeople.gateway(mode, Map.of()));
      }
    }
  }

  @AfterAll
  static void stop() {
    GATEWAYS.values().forEach(RunningPostern::close);
    GATEWAYS.clear();
  }

  private RunningPostern gateway() {
    return Objects.requireNonNull(GATEWAYS.get(mode));
  }

  /** The ways in which pgjdbc asks. */
  static List<Map<String, String>> ways() {
    return List.of(
        Map.of("preferQueryMode", "simple"),
        Map.of("preferQueryMode", "extended"),
        Map.of("preferQueryMode", "extendedCacheEverything"),
        Map.of("prepareThreshold", "-1", "binaryTransfer", "true"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksWhateverTheClientCallsTheColumns(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      for (String sql :
          List.of(
              "SELECT id, ssn, city, salary, email FROM mask_it.people WHERE id < 3 ORDER BY id",
              "SELECT id AS a, ssn AS id, city AS ssn, salary AS b, email AS c"
                  + " FROM mask_it.people p WHERE id < 3 ORDER BY 1",
              "SELECT * FROM (SELECT id, ssn, city, salary, email FROM mask_it.people) q"
                  + " WHERE id < 3 ORDER BY id",
              "WITH q AS (SELECT id, ssn, city, salary, email FROM mask_it.people)"
                  + " SELECT * FROM q WHERE id < 3 ORDER BY id",
              "SELECT p.id, p.ssn, p.city, p.salary, p.email FROM mask_it.orders o"
                  + " JOIN mask_it.people p ON p.id = o.person WHERE o.id IN (10, 12) ORDER BY 1")) {
        for (int i = 0; i < 3; i++) {
          assertThat(rows(connection, sql))
              .as(sql)
              .satisfiesExactly(
                  row ->
                      assertThat(row)
                          .startsWith("1", "*******6789", "L", "-1")
                          .last()
                          .asString()
                          .matches("[0-9a-f]{64}"),
                  row -> assertThat(row).containsExactly("2", "*******4321", "Z", "-1", null));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksWhatOthersWouldSee(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), OPEN, way)) {
      assertThat(rows(connection, "SELECT ssn, upper(ssn) FROM mask_it.people WHERE id = 1"))
          .containsExactly(List.of("123-45-6789", "123-45-6789"));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksWhatInheritsFromTheTable(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      assertThat(rows(connection, "SELECT ssn FROM mask_it.people WHERE id = 3"))
          .containsExactly(List.of("*******5555"));
      assertThat(rows(connection, "SELECT ssn FROM mask_it.emigrants"))
          .containsExactly(List.of("*******5555"));
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksWhatTheTableInheritsFrom(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      assertThat(
              rows(connection, "SELECT id, ssn FROM mask_it.beings WHERE id IN (1, 3) ORDER BY 1"))
          .containsExactly(List.of("1", "*******6789"), List.of("3", "*******5555"));
      assertThat(rows(connection, "SELECT count(*) FROM mask_it.beings WHERE id > 0")).hasSize(1);
      assertRefused(connection, "SELECT upper(ssn) FROM mask_it.beings");
      assertRefused(connection, "INSERT INTO mask_it.notes SELECT id, ssn FROM mask_it.beings");
      assertRefused(connection, "SELECT chunk_data FROM pg_toast.pg_toast_1");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void statementsThatDoNotUseMaskedColumnsAreRun(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      for (String sql :
          List.of(
              "SELECT 1 + 1",
              "SELECT count(*) FROM mask_it.people",
              "SELECT upper(p.name) || '!' FROM mask_it.people p WHERE p.id = 1",
              "SELECT max(total) FROM mask_it.orders",
              "SELECT * FROM mask_it.totals",
              "SELECT count(*), sum(o.total) FROM mask_it.people p"
                  + " JOIN mask_it.orders o ON o.person = p.id GROUP BY p.name",
              "SELECT current_user, now(), version()",
              "SHOW search_path",
              "EXPLAIN SELECT name FROM mask_it.people")) {
        assertThat(rows(connection, sql)).as(sql).isNotEmpty();
      }
      Sql.run(
          connection,
          "INSERT INTO mask_it.people (id, name, ssn) VALUES (100, 'Eve', '111-11-1111')",
          "UPDATE mask_it.people SET name = 'Eva' WHERE id = 100",
          "UPDATE mask_it.people SET ssn = '222-22-2222', name = 'Eva' WHERE id = 100",
          "CREATE TEMP TABLE t AS SELECT id, name FROM mask_it.people",
          "DROP TABLE t");
      assertThat(
              rows(
                  connection,
                  "INSERT INTO mask_it.people (id, ssn) VALUES (101, '333-33-3333')"
                      + " RETURNING id, ssn"))
          .containsExactly(List.of("101", "*******3333"));
      Sql.run(connection, "DELETE FROM mask_it.people WHERE id >= 100");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aTransactionSeesTheTablesThatItHasMade(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      connection.setAutoCommit(false);
      Sql.run(connection, "CREATE TABLE mask_it.own AS SELECT id, name FROM mask_it.people");
      assertThat(rows(connection, "SELECT name FROM mask_it.own WHERE id = 1"))
          .containsExactly(List.of("Ada"));
      connection.rollback();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void whatOthersMakeIsKnownSoon(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      Gateways.server()
          .execute("CREATE VIEW mask_it.badges AS SELECT ssn AS b FROM mask_it.people");
      Gateways.server().execute("GRANT SELECT ON mask_it.badges TO mask_clerk");
      try {
        assertThatThrownBy(() -> rows(connection, "SELECT b FROM mask_it.badges"))
            .hasMessageContaining("masking policy");
      } finally {
        Gateways.server().execute("DROP VIEW mask_it.badges");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void refusesWhatCannotBeShownToBeSafe(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      for (String sql :
          List.of(
              "SELECT upper(ssn) FROM mask_it.people",
              "SELECT ssn || '' FROM mask_it.people",
              "SELECT ssn FROM mask_it.people UNION ALL SELECT name FROM mask_it.people",
              "SELECT p FROM mask_it.people p",
              "SELECT p::text FROM mask_it.people p",
              "SELECT row_to_json(p) FROM mask_it.people p",
              "SELECT count(x.*) FROM mask_it.people x",
              "SELECT max(b) FROM mask_it.people AS p(a, x, b)",
              "SELECT j::text FROM (mask_it.orders o JOIN mask_it.people p ON true) AS j",
              "SELECT string_agg(q.ssn, ',') FROM (TABLE mask_it.people) q",
              "SELECT initials FROM mask_it.people",
              "SELECT card FROM mask_it.cards",
              "SELECT name FROM mask_it.cards",
              "SELECT mask_it.first_ssn()",
              "SELECT * FROM mask_it.first_ssn()",
              "SELECT query_to_xml('SELECT ssn FROM mask_it.people', true, true, '')",
              "SELECT most_common_vals FROM pg_stats",
              "SELECT set_config('my.ssn', ssn, false) FROM mask_it.people",
              "SELECT pg_notify('c', ssn) FROM mask_it.people",
              "EXPLAIN SELECT * FROM mask_it.people WHERE ssn > '1'",
              "DO $$ BEGIN RAISE NOTICE '%', mask_it.first_ssn(); END $$",
              "CREATE TABLE mask_it.copy AS SELECT * FROM mask_it.people",
              "CREATE VIEW mask_it.copy AS SELECT 1",
              "CREATE FUNCTION mask_it.f() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
              "SELECT ssn INTO mask_it.copy FROM mask_it.people",
              "INSERT INTO mask_it.notes SELECT id, ssn FROM mask_it.people",
              "UPDATE mask_it.people SET name = ssn",
              "UPDATE mask_it.people SET name = people::text",
              "WITH d AS (DELETE FROM mask_it.people RETURNING *) SELECT count(*) FROM d",
              "INSERT INTO mask_it.people (id, ssn) VALUES (200, '1') RETURNING upper(ssn)",
              "COPY mask_it.people TO STDOUT",
              "COPY (SELECT ssn FROM mask_it.people) TO STDOUT",
              "PREPARE q AS SELECT ssn FROM mask_it.people; EXPLAIN EXECUTE q",
              "SELECT U&\"\\0073sn\" FROM mask_it.people",
              "SELECT 'a\\' || ssn FROM mask_it.people --'")) {
        assertRefused(connection, sql);
        assertThat(Sql.value(connection, "SELECT 'served'")).isEqualTo("served");
      }
      assertThat(Gateways.server().queryOne("SELECT count(*) FROM mask_it.people WHERE id = 200"))
          .isEqualTo("0");
    }
  }

  private static void assertRefused(Connection connection, String sql) {
    assertThatThrownBy(() -> rows(connection, sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class,
            refused -> {
              assertThat(refused.getSQLState()).as(refused.toString()).isEqualTo("42501");
              assertThat(refused.getMessage()).contains("masking policy");
            });
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksCursors(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(1);
        try (ResultSet rows =
            statement.executeQuery("SELECT id, ssn FROM mask_it.people ORDER BY id")) {
          List<String> seen = new ArrayList<>();
          while (rows.next()) {
            seen.add(rows.getString(2));
          }
          assertThat(seen).containsExactly("*******6789", "*******4321", "*******5555");
        }
      }
      Sql.run(
          connection, "DECLARE c CURSOR FOR SELECT ssn, salary FROM mask_it.people ORDER BY id");
      assertThat(rows(connection, "FETCH 2 FROM c"))
          .containsExactly(List.of("*******6789", "-1"), List.of("*******4321", "-1"));
      Sql.run(connection, "DECLARE d CURSOR FOR SELECT upper(ssn) FROM mask_it.people");
      assertRefused(connection, "FETCH 2 FROM d");
      connection.rollback();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void masksWhatSqlHasPrepared(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      connection.setAutoCommit(false);
      Sql.run(connection, "PREPARE p AS SELECT ssn FROM mask_it.people WHERE id = $1");
      assertThat(rows(connection, "EXECUTE p(1)")).containsExactly(List.of("*******6789"));
      Sql.run(connection, "DEALLOCATE p");
      connection.commit();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aRefusedStatementFailsItsTransaction(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      connection.setAutoCommit(false);
      Sql.run(connection, "INSERT INTO mask_it.notes VALUES (1, 'lost')");
      assertRefused(connection, "SELECT upper(ssn) FROM mask_it.people");
      assertThatThrownBy(() -> Sql.run(connection, "SELECT 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
      connection.rollback();

      Sql.run(connection, "INSERT INTO mask_it.notes VALUES (1, 'lost')");
      assertRefused(connection, "SELECT upper(ssn) FROM mask_it.people");
      connection.commit();
      assertThat(rows(connection, "SELECT count(*) FROM mask_it.notes"))
          .containsExactly(List.of("0"));
      connection.rollback();
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void errorsDoNotQuoteMaskedValues(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way)) {
      for (String sql :
          List.of(
              "SELECT id FROM mask_it.people WHERE ssn::int = 1",
              "SELECT id FROM mask_it.people WHERE ssn::regclass = 1",
              "UPDATE mask_it.people SET id = NULL WHERE id = 1",
              "UPDATE mask_it.people SET id = 2 WHERE id = 1")) {
        assertThatThrownBy(() -> rows(connection, sql))
            .as(sql)
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("withheld")
            .message()
            .doesNotContain("123-45", "987-65", "Ada");
      }
      assertThatThrownBy(() -> rows(connection, "SELECT nothing FROM mask_it.people"))
          .hasMessageContaining("column \"nothing\" does not exist");
      assertThatThrownBy(() -> rows(connection, "SELECT 'a'::int"))
          .hasMessageContaining("invalid input syntax");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void batchesAndParametersWork(Map<String, String> way) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED, way);
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO mask_it.people (id, ssn, salary) VALUES (?, ?, ?)");
        PreparedStatement select =
            connection.prepareStatement("SELECT ssn, salary FROM mask_it.people WHERE id = ?")) {
      for (int i = 0; i < 20; i++) {
        insert.setInt(1, 1000 + i);
        insert.setString(2, "000-00-" + (1000 + i));
        insert.setInt(3, i);
        insert.addBatch();
      }
      insert.executeBatch();
      for (int i = 0; i < 20; i++) {
        select.setInt(1, 1000 + i);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          assertThat(row.getString(1)).isEqualTo("*******" + (1000 + i));
          assertThat(row.getInt(2)).isEqualTo(-1);
        }
      }
      Sql.run(connection, "DELETE FROM mask_it.people WHERE id >= 1000");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "COPY mask_it.orders TO STDOUT",
        "COPY (SELECT name FROM mask_it.people) TO STDOUT"
      })
  void copiesWhatIsNotMasked(String sql) throws Exception {
    try (Connection connection = Gateways.connect(gateway(), MASKED);
        Writer out = new StringWriter()) {
      assertThat(connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, out)).isEqualTo(3);
    }
  }

  @Test
  void psqlSeesMaskedValuesAndItsOwnCatalogQueries() {
    assertThat(
            Psql.through(gateway(), MASKED)
                .with(
                    "-c", "SELECT ssn FROM mask_it.people ORDER BY id LIMIT 1",
                    "-c", "\\d mask_it.people",
                    "-c", "\\dt mask_it.*")
                .run()
                .expectSuccess()
                .output())
        .contains("*******6789", "emigrants")
        .doesNotContain("123-45");
    assertThat(
            Psql.through(gateway(), MASKED)
                .with("-c", "SELECT upper(ssn) FROM mask_it.people")
                .run()
                .expectFailure()
                .errors())
        .contains("refused by a masking policy");
  }

  private static List<List<String>> rows(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      List<List<String>> all = new ArrayList<>();
      if (!statement.execute()) {
        return all;
      }
      ResultSet rows = statement.getResultSet();
      int width = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<String> row = new ArrayList<>(width);
        for (int i = 1; i <= width; i++) {
          row.add(rows.getString(i));
        }
        all.add(row);
      }
      return all;
    }
  }
}
