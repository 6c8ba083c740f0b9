package dev.postern.proxy.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredVerifier;
import dev.postern.proxy.admin.ImportOutcome.Result;
import dev.postern.proxy.scram.VerifierFactory;
import dev.postern.proxy.user.ForeignUser;
import dev.postern.proxy.user.UserSettings;
import dev.postern.proxy.user.UserStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UserAdministrationTest {
  private static final String OF_EMPTY_PASSWORD =
      "SCRAM-SHA-256$4096:c2l4dGVlbiBieXRlcyBvaw==$AOlOy4CGhiaqO/nU"
          + "ieAlLg/V36a73Gb2OBhspdcOSAQ=:FxSkWHJaops3N5QHu+wwmVuciX8mjogm0FWBlQkp8PE=";

  @TempDir private Path home;
  private UserStore store;
  private UserAdministration users;

  @BeforeEach
  void open() {
    store = UserStore.open(home.resolve("data"), home.resolve("key"));
    users = new UserAdministration(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void makesAVerifierThatThePasswordProves() {
    store.setIterations(4100);

    add("alice", "wonderland");

    ScramVerifier verifier = verifiers("alice").getFirst();
    assertThat(verifier.iterations()).isEqualTo(4100);
    assertThat(VerifierFactory.matches(secret("wonderland"), verifier)).isTrue();
    assertThat(VerifierFactory.matches(secret("Wonderland"), verifier)).isFalse();
  }

  @Test
  void rotatesWithOneSaltWhileBothPasswordsCount() {
    add("alice", "one");
    store.setIterations(10_000);

    users.setPassword(
        "alice", new NewPassword(secret("two"), null, null, null, Duration.ofHours(1)));

    List<ScramVerifier> verifiers = verifiers("alice");
    assertThat(verifiers).hasSize(2);
    assertThat(verifiers.getFirst().sharesSaltWith(verifiers.getLast())).isTrue();
    assertThat(VerifierFactory.matches(secret("two"), verifiers.getFirst())).isTrue();
  }

  @Test
  void takesANewSaltAndTheStoresIterationsWhenNothingCountsOn() {
    add("alice", "one");
    ScramVerifier before = verifiers("alice").getFirst();
    store.setIterations(10_000);

    users.setPassword("alice", new NewPassword(secret("two"), null, null, null, null));

    assertThat(verifiers("alice"))
        .singleElement()
        .satisfies(
            verifier -> {
              assertThat(verifier.salt()).isNotEqualTo(before.salt());
              assertThat(verifier.iterations()).isEqualTo(10_000);
            });
  }

  @Test
  void takesAVerifierAsItIs() {
    ScramVerifier verifier = VerifierFactory.create(secret("wonderland"), 4096);

    users.add(new NewUser("alice", null, text(verifier), UserSettings.UNLIMITED));

    assertThat(verifiers("alice")).containsExactly(verifier);
  }

  @Test
  void refusesTheVerifierOfAnEmptyPassword() {
    ScramVerifier ofEmpty = ScramVerifier.parse(OF_EMPTY_PASSWORD);

    assertThatExceptionOfType(AdminException.class)
        .isThrownBy(
            () -> users.add(new NewUser("alice", null, text(ofEmpty), UserSettings.UNLIMITED)))
        .withMessageContaining("empty password");
    assertThat(importOne("alice", ofEmpty.toText(), null, false).reason())
        .contains("empty password");
    assertThat(users.list()).isEmpty();
  }

  @Test
  void keepsThePasswordInsteadOfTheVerifierOfAnEmptyOne() {
    ScramVerifier verifier = VerifierFactory.create(secret("wonderland"), 4096);
    users.add(new NewUser("alice", null, text(verifier), UserSettings.UNLIMITED));

    assertThatExceptionOfType(AdminException.class)
        .isThrownBy(
            () ->
                users.setPassword(
                    "alice",
                    new NewPassword(
                        null, text(ScramVerifier.parse(OF_EMPTY_PASSWORD)), null, null, null)))
        .withMessageContaining("empty password");
    assertThat(importOne("alice", OF_EMPTY_PASSWORD, null, true).reason())
        .contains("empty password");
    assertThat(verifiers("alice")).containsExactly(verifier);
  }

  @Test
  void refusesAVerifierThatWouldKeepEveryClientBusy() {
    ScramVerifier slow =
        new ScramVerifier(50_000_000, Bytes.utf8("salt"), new byte[32], new byte[32]);

    assertThat(importOne("alice", slow.toText(), null, false).reason()).contains("iterations");
  }

  @Test
  void importsWhatCanBeProvedAndSaysOfTheRestWhyNot() {
    ScramVerifier verifier = VerifierFactory.create(secret("wonderland"), 4096);
    Instant until = Instant.parse("2030-01-01T00:00:00Z");

    List<ImportOutcome> outcomes =
        users.importUsers(
            new ImportRequest(
                List.of(
                    foreign("alice", verifier.toText(), until),
                    foreign("bob", "plain", null),
                    foreign("carol", "md5" + "0a".repeat(16), null),
                    foreign("dave", "", null),
                    foreign("erin", "SCRAM-SHA-256$oops", null),
                    foreign("x".repeat(64), "plain", null),
                    foreign("bob", "plain", null)),
                false));

    assertThat(outcomes)
        .extracting(ImportOutcome::name, ImportOutcome::result)
        .containsExactly(
            tuple("alice", Result.ADDED),
            tuple("bob", Result.ADDED),
            tuple("carol", Result.SKIPPED),
            tuple("dave", Result.SKIPPED),
            tuple("erin", Result.SKIPPED),
            tuple("x".repeat(64), Result.SKIPPED),
            tuple("bob", Result.SKIPPED));
    assertThat(outcomes.get(2).reason()).contains("md5");
    assertThat(store.find("alice").orElseThrow().verifiers())
        .containsExactly(new StoredVerifier(verifier, null, until));
    assertThat(VerifierFactory.matches(secret("plain"), verifiers("bob").getFirst())).isTrue();
  }

  @Test
  void importsOverAnExistingUserOnlyWhenTold() {
    add("alice", "one");

    assertThat(importOne("alice", "one", null, false).result()).isEqualTo(Result.UNCHANGED);
    assertThat(importOne("alice", "two", null, false).result()).isEqualTo(Result.SKIPPED);
    assertThat(VerifierFactory.matches(secret("one"), verifiers("alice").getFirst())).isTrue();
    assertThat(importOne("alice", "two", null, true).result()).isEqualTo(Result.REPLACED);
    assertThat(VerifierFactory.matches(secret("two"), verifiers("alice").getFirst())).isTrue();
  }

  @Test
  void exportsTheNewestVerifierThatCountsNow() {
    add("alice", "one");
    Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
    ScramVerifier now = verifiers("alice").getFirst();
    users.setPassword("alice", new NewPassword(secret("two"), null, tomorrow, null, null));

    assertThat(users.export())
        .singleElement()
        .satisfies(
            user -> assertThat(new String(user.verifier().toChars())).isEqualTo(now.toText()));
  }

  private void add(String name, String password) {
    users.add(new NewUser(name, secret(password), null, UserSettings.UNLIMITED));
  }

  private ImportOutcome importOne(
      String name, String secret, @Nullable Instant until, boolean replace) {
    return users
        .importUsers(new ImportRequest(List.of(foreign(name, secret, until)), replace))
        .getFirst();
  }

  private static ForeignUser foreign(String name, String secret, @Nullable Instant until) {
    return new ForeignUser(name, secret(secret), until);
  }

  private List<ScramVerifier> verifiers(String name) {
    return store.find(name).orElseThrow().verifiers().stream()
        .map(StoredVerifier::verifier)
        .toList();
  }

  private static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }

  private static Secret text(ScramVerifier verifier) {
    return secret(verifier.toText());
  }
}
