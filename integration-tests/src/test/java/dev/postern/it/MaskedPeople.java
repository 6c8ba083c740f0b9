package dev.postern.it;

import dev.postern.plugins.mask.MaskFactory;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A table of people before gateways that mask some of its columns. */
final class MaskedPeople {
  /** Sees masked columns. */
  static final String MASKED = "mask_clerk";

  /** Sees everything. */
  static final String OPEN = "mask_boss";

  private static final String READER = "mask_reader";

  private MaskedPeople() {}

  /** Makes the tables and the roles anew. */
  static void create() {
    for (String role : List.of(MASKED, OPEN, READER)) {
      Gateways.server().createRole(role, Gateways.PASSWORD);
    }
    for (String sql :
        List.of(
            "DROP SCHEMA IF EXISTS mask_it CASCADE",
            "CREATE SCHEMA mask_it",
            "SET search_path = mask_it",
            """
            CREATE TABLE mask_it.people (
              id int PRIMARY KEY, name text, ssn text, city varchar(40), salary int, email text,
              initials text GENERATED ALWAYS AS (left(ssn, 2)) STORED)
            """,
            """
            INSERT INTO mask_it.people VALUES
              (1, 'Ada', '123-45-6789', 'London', 1000, 'ada@example.com'),
              (2, 'Bob', '987-65-4321', 'Zürich', 2000, NULL)
            """,
            "CREATE TABLE mask_it.orders (id int, person int, total int)",
            "INSERT INTO mask_it.orders VALUES (10, 1, 5), (11, 1, 7), (12, 2, 9)",
            "CREATE TABLE mask_it.notes (id int, text text)",
            "CREATE TABLE mask_it.former (LIKE mask_it.people) ",
            "CREATE TABLE mask_it.emigrants () INHERITS (mask_it.people)",
            "INSERT INTO mask_it.emigrants VALUES (3, 'Cyd', '555-55-5555', 'Oslo', 3000, 'c@d.e')",
            "CREATE TABLE mask_it.beings (ssn text, id int)",
            "INSERT INTO mask_it.beings VALUES ('000-00-0000', 9)",
            "ALTER TABLE mask_it.people INHERIT mask_it.beings",
            "CREATE VIEW mask_it.cards AS SELECT id, name, ssn AS card FROM mask_it.people",
            "CREATE VIEW mask_it.totals AS SELECT person, sum(total) FROM mask_it.orders GROUP BY 1",
            """
            CREATE FUNCTION mask_it.first_ssn() RETURNS text LANGUAGE sql
            AS 'SELECT ssn FROM mask_it.people ORDER BY id LIMIT 1'
            """,
            "GRANT ALL ON SCHEMA mask_it TO mask_clerk, mask_boss",
            "GRANT ALL ON ALL TABLES IN SCHEMA mask_it TO mask_clerk, mask_boss")) {
      Gateways.server().execute(sql);
    }
  }

  /** Starts a gateway; the caller closes it. */
  static RunningPostern gateway(String mode, Map<String, Object> more) throws IOException {
    return gateway(mode, more, _ -> {});
  }

  /**
   * Starts a gateway; the caller closes it.
   *
   * @param before adds the interceptors that stand before {@code mask}
   */
  static RunningPostern gateway(
      String mode, Map<String, Object> more, Consumer<PosternBuilder> before) throws IOException {
    Path password = password();
    Map<String, Object> policy =
        new HashMap<>(
            Map.of(
                "name",
                "clerks",
                "users",
                List.of("mask_cl*"),
                "columns",
                List.of(
                    column("ssn", Map.of("with", "partial", "keep-last", 4)),
                    column("city", Map.of("with", "truncated", "keep-first", 1)),
                    column("salary", Map.of("with", "fixed", "value", "-1")),
                    column(
                        "email",
                        Map.of("with", "hashed", "key", Map.of("file", password.toString()))))));
    policy.putAll(more);
    Map<String, Object> config = Map.of("catalog", catalog(password), "policies", List.of(policy));
    PosternBuilder builder =
        Gateways.withRoutes(
            List.of(
                Map.of(
                    "name",
                    "everything",
                    "backends",
                    List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
                    "pool",
                    Map.of("mode", mode))));
    before.accept(builder);
    RunningPostern postern = builder.interceptor("mask", new MaskFactory(), config).start();
    postern.importUser(Gateways.server(), MASKED);
    postern.importUser(Gateways.server(), OPEN);
    return postern;
  }

  /** A file with the password of all roles. */
  static Path password() throws IOException {
    Path password =
        Files.createTempFile(
            "mask",
            ".password",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(password, Gateways.PASSWORD);
    password.toFile().deleteOnExit();
    return password;
  }

  /** How the plugin asks the server. */
  static Map<String, Object> catalog(Path password) {
    return Map.of("user", READER, "password", Map.of("file", password.toString()), "refresh", "1s");
  }

  /** How a column is masked. */
  static Map<String, Object> column(String name, Map<String, Object> how) {
    Map<String, Object> column = new HashMap<>(how);
    column.put("table", "mask_it.people");
    column.put("column", name);
    return column;
  }
}
