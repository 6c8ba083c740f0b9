package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.UserDirectoryException;
import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UserStoreTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @TempDir private Path home;
  private UserStore store;

  @BeforeEach
  void open() {
    store = UserStore.open(new StoreFile(home.resolve("data")), home.resolve("key"), () -> NOON);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    close();
    open();
  }

  @Test
  void findsAUserWithAllThatWasSaidOfIt() {
    ScramVerifier verifier = Verifiers.any();
    UserSettings settings =
        new UserSettings(NOON, NOON.plusSeconds(60), Set.of("orders", "stock"), 5);

    store.add("alice", NewVerifier.of(verifier), settings);

    assertThat(store.find("alice"))
        .hasValueSatisfying(
            user -> {
              assertThat(user.enabled()).isTrue();
              assertThat(user.validFrom()).isEqualTo(NOON);
              assertThat(user.validUntil()).isEqualTo(NOON.plusSeconds(60));
              assertThat(user.databases()).containsExactlyInAnyOrder("orders", "stock");
              assertThat(user.maxSessions()).isEqualTo(5);
              assertThat(user.verifiers()).hasSize(1);
              assertThat(user.verifiers().getFirst().verifier()).isEqualTo(verifier);
            });
  }

  @Test
  void keepsUsersOverARestart() {
    add("alice");
    StoredUser before = store.find("alice").orElseThrow();

    reopen();

    assertThat(store.find("alice")).contains(before);
  }

  @Test
  void distinguishesNamesByCase() {
    add("alice");

    assertThat(store.find("Alice")).isEmpty();
  }

  @Test
  void refusesAUserThatExists() {
    add("alice");

    assertRefused(Reason.CONFLICT, () -> add("alice"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sixty-four-bytes-sixty-four-bytes-sixty-four-bytes-sixty-four-by",
        "thirty-two-characters-of-two-byt\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
        "two\nlines",
        "escape\u001b[31m",
        "zero\0",
        "line\u2028separator",
        "half\ud800"
      })
  void refusesWhatIsNoName(String name) {
    assertRefused(Reason.INVALID, () -> add(name));
    assertThat(store.find(name)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "Alice Müller", "o'brien", "\"", "用户", "x;y", "../../etc", "${jndi:x}"})
  void takesEveryOtherName(String name) {
    add(name);

    assertThat(store.find(name)).isPresent();
    assertThat(store.list()).extracting(UserEntry::name).containsExactly(name);
  }

  @Test
  void aChangeIsSeenByTheNextLookup() {
    add("alice");
    assertThat(store.find("alice")).hasValueSatisfying(user -> assertThat(user.enabled()).isTrue());

    store.setEnabled("alice", false);
    assertThat(store.find("alice"))
        .hasValueSatisfying(user -> assertThat(user.enabled()).isFalse());

    store.change("alice", new UserSettings(null, null, Set.of("orders"), 1));
    assertThat(store.find("alice"))
        .hasValueSatisfying(user -> assertThat(user.databases()).containsExactly("orders"));

    store.remove("alice");
    assertThat(store.find("alice")).isEmpty();

    add("alice");
    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void removesAUserWithItsMappings() {
    add("alice");
    store.mappings().set("alice", null, "app", null);

    store.remove("alice");

    assertThat(store.mappings().list()).isEmpty();
  }

  @Test
  void saysThatAUserIsUnknown() {
    assertRefused(Reason.NOT_FOUND, () -> store.entry("nobody"));
    assertRefused(Reason.NOT_FOUND, () -> store.remove("nobody"));
    assertRefused(Reason.NOT_FOUND, () -> store.setEnabled("nobody", true));
    assertRefused(Reason.NOT_FOUND, () -> store.change("nobody", UserSettings.UNLIMITED));
    assertRefused(
        Reason.NOT_FOUND, () -> store.setPassword("nobody", NewVerifier.of(Verifiers.any())));
  }

  @Test
  void tellsOfEveryChangeAfterItIsMade() {
    List<UserChange> told = new ArrayList<>();
    store.onChange(
        change -> {
          told.add(change);
          assertThat(store.find("alice").isPresent())
              .isEqualTo(change.kind() != UserChange.Kind.REMOVED);
        });

    add("alice");
    store.setPassword("alice", NewVerifier.of(Verifiers.any()));
    store.change("alice", UserSettings.UNLIMITED);
    store.setEnabled("alice", false);
    store.setEnabled("alice", true);
    store.mappings().set("alice", "main", "app", null);
    store.remove("alice");

    assertThat(told)
        .extracting(UserChange::kind)
        .containsExactly(
            UserChange.Kind.ADDED,
            UserChange.Kind.PASSWORD_CHANGED,
            UserChange.Kind.SETTINGS_CHANGED,
            UserChange.Kind.DISABLED,
            UserChange.Kind.ENABLED,
            UserChange.Kind.MAPPING_CHANGED,
            UserChange.Kind.REMOVED);
  }

  @Test
  void aListenerThatFailsDoesNotUndoTheChange() {
    store.onChange(
        _ -> {
          throw new IllegalStateException("a listener");
        });

    add("alice");

    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void importsAllOrNone() {
    add("alice");
    ScramVerifier verifier = Verifiers.any();

    store.importAll(
        List.of(
            new ImportedUser("alice", verifier, null),
            new ImportedUser("bob", Verifiers.any(), NOON.plusSeconds(1))));

    assertThat(store.find("alice").orElseThrow().verifiers())
        .singleElement()
        .satisfies(stored -> assertThat(stored.verifier()).isEqualTo(verifier));
    assertThat(store.find("bob").orElseThrow().verifiers())
        .singleElement()
        .satisfies(stored -> assertThat(stored.validUntil()).isEqualTo(NOON.plusSeconds(1)));
    assertRefused(
        Reason.INVALID,
        () ->
            store.importAll(
                List.of(
                    new ImportedUser("carol", Verifiers.any(), null),
                    new ImportedUser(
                        "dave", Verifiers.withSalt(verifier.salt(), Integer.MAX_VALUE), null))));
    assertThat(store.find("carol")).isEmpty();
  }

  @Test
  void keepsOneServerSecretForEver() {
    byte[] secret = store.serverSecret().toByteArray();

    reopen();

    assertThat(store.serverSecret().toByteArray()).hasSize(32).isEqualTo(secret);
  }

  @Test
  void keepsTheIterationCount() {
    assertThat(store.iterations()).isEqualTo(4096);

    store.setIterations(10_000);
    reopen();

    assertThat(store.iterations()).isEqualTo(10_000);
    assertRefused(Reason.INVALID, () -> store.setIterations(4095));
    assertRefused(Reason.INVALID, () -> store.setIterations(1_000_001));
  }

  @Test
  void anInterruptedLookupFailsAloneAndLeavesTheStoreOpen() {
    add("alice");
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(UserDirectoryException.class).isThrownBy(() -> store.find("alice"));
    assertThat(Thread.interrupted()).isTrue();

    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void anInterruptedChangeIsMadeAllTheSame() {
    Thread.currentThread().interrupt();
    add("alice");
    assertThat(Thread.interrupted()).isTrue();

    assertThat(store.find("alice")).isPresent();
  }

  @Test
  void failsClosedWhenItCannotBeRead() {
    store.close();

    assertThatExceptionOfType(UserDirectoryException.class).isThrownBy(() -> store.find("alice"));
  }

  @Test
  void aDamagedVerifierIsAFailureAndNotAnUnknownUser() throws IOException, SQLException {
    add("alice");
    close();
    try (Connection connection = new StoreFile(home.resolve("data")).current().getConnection();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("update verifiers set verifier = 'damaged'");
    }
    open();

    assertThatExceptionOfType(UserDirectoryException.class).isThrownBy(() -> store.find("alice"));
    assertThat(store.find("bob")).isEmpty();
  }

  @Test
  void noVerifierIsInTheTextOfAFailure() {
    add("alice");
    String verifier = Verifiers.any().toText();
    // A verifier as the name of a role is the nearest thing to one in a statement that fails.
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.mappings().set("alice", null, verifier, null))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(verifier.substring(10)));
  }

  private void add(String name) {
    store.add(name, NewVerifier.of(Verifiers.any()), UserSettings.UNLIMITED);
  }

  private static void assertRefused(Reason reason, Runnable action) {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(action::run)
        .extracting(StoreException::reason)
        .isEqualTo(reason);
  }
}
