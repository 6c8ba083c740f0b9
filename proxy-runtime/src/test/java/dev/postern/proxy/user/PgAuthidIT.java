package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PgAuthidIT {
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws IOException, SQLException {
    server = EmbeddedPostgres.start();
    execute(
        "create role alice login password 'wonderland' valid until '2030-01-01 00:00:00+00'",
        "create role bob login password 'builder' valid until 'infinity'",
        "create role nopassword login",
        "create role team",
        // An operator and a table that a careless query would use.
        "create schema evil",
        "create table evil.pg_authid (rolname text)",
        "alter role postgres set search_path = evil, pg_catalog");
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void saysThatNobodyKnowsTheServersName() {
    var nowhere =
        new PgAuthid.Server("nowhere.invalid", 5432, "postgres", "postgres", "disable", null);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> PgAuthid.read(nowhere, Secret.ofPassword(new char[0])))
        .withMessage("nowhere.invalid:5432: the name is not known");
  }

  @Test
  void readsTheRolesThatMayLogIn() {
    Map<String, ForeignUser> users =
        read("postgres").stream().collect(Collectors.toMap(ForeignUser::name, Function.identity()));

    assertThat(users).containsKeys("alice", "bob", "nopassword").doesNotContainKey("team");
    assertThat(user(users, "alice").validUntil()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
    assertThat(user(users, "bob").validUntil()).isNull();
    assertThat(user(users, "nopassword").secret().isEmpty()).isTrue();
    assertThatCode(() -> ScramVerifier.parse(new String(user(users, "alice").secret().toChars())))
        .doesNotThrowAnyException();
  }

  @Test
  void saysThatItTakesASuperuser() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> read("alice"))
        .withMessageContaining("only a superuser");
  }

  @Test
  void saysThatTheServerCannotBeReached() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(
            () ->
                PgAuthid.read(
                    new PgAuthid.Server("localhost", 1, "postgres", "postgres", "disable", null),
                    Secret.ofPassword(new char[0])))
        .withMessageStartingWith("localhost:1: ");
  }

  @Test
  void theSchemaOfTheStoreIsGoodForPostgresToo() throws IOException, SQLException {
    try (InputStream migration =
        Objects.requireNonNull(getClass().getResourceAsStream("/db/migration/V1__users.sql"))) {
      execute(
          "set search_path = public; "
              + new String(migration.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static List<ForeignUser> read(String user) {
    try (Secret password = Secret.ofPassword("wonderland".toCharArray())) {
      return PgAuthid.read(
          new PgAuthid.Server("localhost", server.getPort(), "postgres", user, "prefer", null),
          password);
    }
  }

  private static ForeignUser user(Map<String, ForeignUser> users, String name) {
    return Objects.requireNonNull(users.get(name));
  }

  private static void execute(String... statements) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
