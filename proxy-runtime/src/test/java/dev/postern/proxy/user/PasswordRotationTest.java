package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredVerifier;
import dev.postern.proxy.user.StoreException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PasswordRotationTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @TempDir private Path home;
  private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
  private final ScramVerifier old = Verifiers.any();
  private UserStore store;

  @BeforeEach
  void open() {
    store = UserStore.open(new StoreFile(home.resolve("data")), home.resolve("key"), now::get);
    store.add("alice", NewVerifier.of(old), UserSettings.UNLIMITED);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aNewPasswordEndsTheOldOneAtOnce() {
    ScramVerifier replacement = Verifiers.any();

    store.setPassword("alice", NewVerifier.of(replacement));

    assertThat(validAt(NOON)).containsExactly(replacement);
  }

  @Test
  void bothCountDuringTheOverlap() {
    ScramVerifier replacement = Verifiers.sharingSaltWith(old);

    rotate(replacement, null, Duration.ofHours(1));

    assertThat(validAt(NOON)).containsExactly(replacement, old);
    assertThat(validAt(NOON.plusSeconds(3599))).containsExactly(replacement, old);
    assertThat(validAt(NOON.plusSeconds(3600))).containsExactly(replacement);
  }

  @Test
  void aPasswordCanBeginLaterAndTheOldOneCountsUntilThen() {
    ScramVerifier replacement = Verifiers.sharingSaltWith(old);

    rotate(replacement, NOON.plusSeconds(100), Duration.ZERO);

    assertThat(validAt(NOON.plusSeconds(99))).containsExactly(old);
    assertThat(validAt(NOON.plusSeconds(100))).containsExactly(replacement);
  }

  @Test
  void anOverlapNeverLengthensWhatEndsSooner() {
    ScramVerifier second = Verifiers.sharingSaltWith(old);
    rotate(second, null, Duration.ofSeconds(10));

    ScramVerifier third = Verifiers.sharingSaltWith(old);
    rotate(third, null, Duration.ofSeconds(100));

    assertThat(validAt(NOON.plusSeconds(50))).containsExactly(third, second);
  }

  @Test
  void whatCountsNoMoreIsDroppedAtTheNextChange() {
    rotate(Verifiers.sharingSaltWith(old), null, Duration.ofSeconds(10));
    now.set(NOON.plusSeconds(11));

    rotate(Verifiers.sharingSaltWith(old), null, Duration.ofSeconds(10));

    assertThat(verifiers()).hasSize(2);
  }

  @Test
  void refusesAnOverlapOfDifferentSalts() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> rotate(Verifiers.any(), null, Duration.ofHours(1)))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
        .withMessageContaining("another salt or iteration count");
    assertThat(validAt(NOON)).containsExactly(old);
  }

  private void rotate(ScramVerifier replacement, @Nullable Instant from, Duration overlap) {
    store.setPassword("alice", new NewVerifier(replacement, from, null, overlap));
  }

  private List<StoredVerifier> verifiers() {
    return store.find("alice").orElseThrow().verifiers();
  }

  private List<ScramVerifier> validAt(Instant instant) {
    return verifiers().stream()
        .filter(stored -> stored.isValidAt(instant))
        .map(StoredVerifier::verifier)
        .toList();
  }
}
