package dev.postern.proxy.user;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.StoredVerifier;
import dev.postern.proxy.user.StoreException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.RowView;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Users, their verifiers and their databases as rows. Each method is part of its caller's
 * transaction.
 */
final class UserRows {
  private static final String USERS =
      "select name, enabled, valid_from, valid_until, max_sessions, created_at, changed_at from users";
  private static final String VERIFIERS =
      "select id, user_name, verifier, valid_from, valid_until from verifiers";
  private static final String DATABASES = "select user_name, database_name from user_databases";

  private record VerifierRow(
      long id,
      String userName,
      ScramVerifier verifier,
      @Nullable Instant validFrom,
      @Nullable Instant validUntil) {}

  private record DatabaseRow(String userName, String databaseName) {}

  private UserRows() {}

  static List<UserEntry> list(Handle handle) {
    return entries(
        handle.createQuery(USERS + " order by name"),
        handle.createQuery(VERIFIERS + " order by id desc"),
        handle.createQuery(DATABASES));
  }

  static Optional<UserEntry> find(Handle handle, String name) {
    return entries(
            handle.createQuery(USERS + " where name = :name").bind("name", name),
            handle
                .createQuery(VERIFIERS + " where user_name = :name order by id desc")
                .bind("name", name),
            handle.createQuery(DATABASES + " where user_name = :name").bind("name", name))
        .stream()
        .findFirst();
  }

  static long count(Handle handle) {
    return handle.createQuery("select count(*) from users").mapTo(Long.class).one();
  }

  static UserEntry require(Handle handle, String name) {
    return find(handle, name).orElseThrow(() -> StoreException.unknownUser(name));
  }

  private static List<UserEntry> entries(Query users, Query verifiers, Query databases) {
    Map<String, List<StoredVerifier>> verifiersByUser =
        verifiers
            .map(UserRows::verifier)
            .collect(
                groupingBy(
                    VerifierRow::userName,
                    mapping(
                        row ->
                            new StoredVerifier(row.verifier(), row.validFrom(), row.validUntil()),
                        toList())));
    Map<String, Set<String>> databasesByUser =
        databases
            .map(UserRows::database)
            .collect(
                groupingBy(DatabaseRow::userName, mapping(DatabaseRow::databaseName, toSet())));
    return users.map(row -> entry(row, verifiersByUser, databasesByUser)).list();
  }

  private static UserEntry entry(
      RowView row,
      Map<String, List<StoredVerifier>> verifiersByUser,
      Map<String, Set<String>> databasesByUser) {
    String name = row.getColumn("name", String.class);
    return new UserEntry(
        new StoredUser(
            name,
            row.getColumn("enabled", Boolean.class),
            row.getColumn("valid_from", Instant.class),
            row.getColumn("valid_until", Instant.class),
            verifiersByUser.getOrDefault(name, List.of()),
            databasesByUser.getOrDefault(name, Set.of()),
            row.getColumn("max_sessions", Integer.class)),
        row.getColumn("created_at", Instant.class),
        row.getColumn("changed_at", Instant.class));
  }

  private static VerifierRow verifier(RowView row) {
    return new VerifierRow(
        row.getColumn("id", Long.class),
        row.getColumn("user_name", String.class),
        row.getColumn("verifier", ScramVerifier.class),
        row.getColumn("valid_from", Instant.class),
        row.getColumn("valid_until", Instant.class));
  }

  private static DatabaseRow database(RowView row) {
    return new DatabaseRow(
        row.getColumn("user_name", String.class), row.getColumn("database_name", String.class));
  }

  static void add(
      Handle handle, String name, NewVerifier verifier, UserSettings settings, Instant now) {
    if (find(handle, name).isPresent()) {
      throw new StoreException(Reason.CONFLICT, "the user exists already: " + name);
    }
    handle
        .createUpdate(
            """
            insert into users (name, enabled, valid_from, valid_until, max_sessions, created_at, changed_at)
            values (:name, true, :from, :until, :sessions, :now, :now)
            """)
        .bind("name", name)
        .bind("from", Periods.storedOrNull(settings.validFrom()))
        .bind("until", Periods.storedOrNull(settings.validUntil()))
        .bind("sessions", settings.maxSessions())
        .bind("now", now)
        .execute();
    addDatabases(handle, name, settings.databases());
    addVerifier(handle, name, verifier, now);
  }

  static void change(Handle handle, String name, UserSettings settings, Instant now) {
    require(handle, name);
    handle
        .createUpdate(
            """
            update users set valid_from = :from, valid_until = :until, max_sessions = :sessions, changed_at = :now
            where name = :name
            """)
        .bind("name", name)
        .bind("from", Periods.storedOrNull(settings.validFrom()))
        .bind("until", Periods.storedOrNull(settings.validUntil()))
        .bind("sessions", settings.maxSessions())
        .bind("now", now)
        .execute();
    handle.execute("delete from user_databases where user_name = ?", name);
    addDatabases(handle, name, settings.databases());
  }

  private static void addDatabases(Handle handle, String name, Set<String> databases) {
    for (String database : databases) {
      handle.execute(
          "insert into user_databases (user_name, database_name) values (?, ?)", name, database);
    }
  }

  static void setEnabled(Handle handle, String name, boolean enabled, Instant now) {
    require(handle, name);
    handle.execute(
        "update users set enabled = ?, changed_at = ? where name = ?", enabled, now, name);
  }

  static void remove(Handle handle, String name) {
    require(handle, name);
    handle.execute("delete from users where name = ?", name);
  }

  /**
   * Puts the verifier first, ends the others when their overlap ends, and drops those that count no
   * more.
   */
  static void setPassword(Handle handle, String name, NewVerifier replacement, Instant now) {
    require(handle, name);
    Instant from = replacement.validFrom() == null ? now : replacement.validFrom();
    Instant end = Periods.stored(from.plus(replacement.overlap()));
    for (VerifierRow current : verifiersOf(handle, name)) {
      Instant until = Periods.earlier(current.validUntil(), end);
      if (!until.isAfter(now)) {
        handle.execute("delete from verifiers where id = ?", current.id());
      } else if (!current.verifier().sharesSaltWith(replacement.verifier())) {
        throw new StoreException(
            Reason.CONFLICT,
            "user %s: a verifier that counts until %s has another salt or iteration count than the new one; one login cannot prove either"
                .formatted(name, until));
      } else {
        handle.execute("update verifiers set valid_until = ? where id = ?", until, current.id());
      }
    }
    addVerifier(handle, name, replacement, now);
    handle.execute("update users set changed_at = ? where name = ?", now, name);
  }

  static UserChange importOne(Handle handle, ImportedUser user, Instant now) {
    NewVerifier verifier = new NewVerifier(user.verifier(), null, user.validUntil(), Duration.ZERO);
    if (find(handle, user.name()).isEmpty()) {
      add(handle, user.name(), verifier, UserSettings.UNLIMITED, now);
      return new UserChange(user.name(), UserChange.Kind.ADDED);
    }
    setPassword(handle, user.name(), verifier, now);
    return new UserChange(user.name(), UserChange.Kind.PASSWORD_CHANGED);
  }

  private static List<VerifierRow> verifiersOf(Handle handle, String name) {
    return handle
        .createQuery(VERIFIERS + " where user_name = :name")
        .bind("name", name)
        .map(UserRows::verifier)
        .list();
  }

  private static void addVerifier(Handle handle, String name, NewVerifier added, Instant now) {
    handle
        .createUpdate(
            """
            insert into verifiers (user_name, verifier, valid_from, valid_until, created_at)
            values (:name, :verifier, :from, :until, :now)
            """)
        .bind("name", name)
        .bind("verifier", added.verifier().toText())
        .bind("from", Periods.storedOrNull(added.validFrom()))
        .bind("until", Periods.storedOrNull(added.validUntil()))
        .bind("now", now)
        .execute();
  }
}
