package dev.postern.plugins.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.user.StoredUser;
import dev.postern.api.user.StoredVerifier;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ScramAuthenticatorTest {
  private static final ScramVerifier VERIFIER = Samples.verifier(1);
  private static final ScramVerifier OTHER = Samples.verifier(2);

  private final FakePluginContext context = FakePluginContext.named("scram");
  private final Instant now = context.clock().instant();
  private final Authenticator authenticator =
      new ScramAuthenticatorFactory().create(new ScramConfig(), context);

  @Test
  void whoProvesItsVerifierGetsInWithItsLimitAndItsKeys() throws Exception {
    put(user(List.of(always(VERIFIER)), Set.of(), 7));
    FakeExchange exchange = FakeExchange.of("alice", "app").proving(VERIFIER);

    AuthenticatedUser user = authenticator.authenticate(exchange);

    assertThat(user.name()).isEqualTo("alice");
    assertThat(user.maxSessions()).isEqualTo(7);
    assertThat(user.scramKeys()).isSameAs(exchange.keys());
  }

  @Test
  void allVerifiersThatAreValidNowAreOfferedAtOnce() throws Exception {
    put(user(List.of(always(VERIFIER), always(OTHER)), Set.of(), 0));
    FakeExchange exchange = FakeExchange.of("alice", "app").proving(OTHER);

    authenticator.authenticate(exchange);

    assertThat(exchange.offers()).containsExactly(List.of(VERIFIER, OTHER));
  }

  @Test
  void aVerifierOutsideItsTimeIsNotOffered() {
    put(user(List.of(new StoredVerifier(VERIFIER, null, now), always(OTHER)), Set.of(), 0));
    FakeExchange exchange = FakeExchange.of("alice", "app").proving(VERIFIER);

    assertThat(refused(exchange).sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(exchange.offers()).containsExactly(List.of(OTHER));
  }

  @Test
  void anUnknownUserRunsTheMockExchange() {
    assertMockedAndRefusedLikeAWrongPassword();
  }

  @Test
  void aDisabledUserRunsTheMockExchange() {
    put(new StoredUser("alice", false, null, null, List.of(always(VERIFIER)), Set.of(), 0));
    assertMockedAndRefusedLikeAWrongPassword();
  }

  @Test
  void anExpiredUserRunsTheMockExchange() {
    put(validFromUntil(null, now));
    assertMockedAndRefusedLikeAWrongPassword();
  }

  @Test
  void aUserWhoIsNotValidYetRunsTheMockExchange() {
    put(validFromUntil(now.plusSeconds(1), null));
    assertMockedAndRefusedLikeAWrongPassword();
  }

  @Test
  void aUserWithoutAVerifierThatIsValidNowRunsTheMockExchange() {
    put(user(List.of(new StoredVerifier(VERIFIER, now.plusSeconds(1), null)), Set.of(), 0));
    assertMockedAndRefusedLikeAWrongPassword();
  }

  @Test
  void theOperatorLearnsWhatTheClientMustNot() {
    put(new StoredUser("alice", false, null, null, List.of(always(VERIFIER)), Set.of(), 0));

    AuthenticationException refusal = refused(FakeExchange.of("alice", "app").proving(VERIFIER));

    assertThat(refusal).hasMessageContaining("the user is disabled");
    assertThat(refusal.clientMessage()).doesNotContain("disabled");
  }

  @Test
  void aUserWhoIsDisabledDuringTheExchangeDoesNotGetIn() {
    put(user(List.of(always(VERIFIER)), Set.of(), 0));
    FakeExchange exchange =
        FakeExchange.of("alice", "app")
            .proving(VERIFIER)
            .meanwhile(
                () -> put(new StoredUser("alice", false, null, null, List.of(), Set.of(), 0)));

    assertThat(refused(exchange).sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThatKeysAreWiped(exchange);
  }

  @Test
  void aVerifierThatExpiresDuringTheExchangeStillCountsForIt() throws Exception {
    put(user(List.of(new StoredVerifier(VERIFIER, null, now.plusSeconds(1))), Set.of(), 0));
    FakeExchange exchange =
        FakeExchange.of("alice", "app")
            .proving(VERIFIER)
            .meanwhile(() -> context.clock().advance(Duration.ofSeconds(2)));

    assertThat(authenticator.authenticate(exchange).name()).isEqualTo("alice");
  }

  @Test
  void aDatabaseOutsideTheListIsRefusedAfterTheProofInPostgresWords() {
    put(user(List.of(always(VERIFIER)), Set.of("app"), 0));
    FakeExchange exchange = FakeExchange.of("alice", "secrets").proving(VERIFIER);

    AuthenticationException refusal = refused(exchange);

    assertThat(refusal.sqlState()).isEqualTo(SqlState.INSUFFICIENT_PRIVILEGE);
    assertThat(refusal.clientMessage()).isEqualTo("permission denied for database \"secrets\"");
    assertThatKeysAreWiped(exchange);
  }

  @Test
  void aWrongPasswordForADatabaseOutsideTheListTellsNothingOfTheList() {
    put(user(List.of(always(VERIFIER)), Set.of("app"), 0));

    assertThat(refused(FakeExchange.of("alice", "secrets").proving(OTHER)).sqlState())
        .isEqualTo(SqlState.INVALID_PASSWORD);
  }

  @Test
  void physicalReplicationNeedsItsOwnEntryInTheList() {
    put(user(List.of(always(VERIFIER)), Set.of("app"), 0));

    assertThat(refused(replication("app", "true").proving(VERIFIER)).sqlState())
        .isEqualTo(SqlState.INSUFFICIENT_PRIVILEGE);
  }

  @Test
  void physicalReplicationIsAllowedByItsEntryInTheList() throws Exception {
    put(user(List.of(always(VERIFIER)), Set.of("replication"), 0));

    assertThat(authenticator.authenticate(replication("app", "true").proving(VERIFIER)).name())
        .isEqualTo("alice");
  }

  @Test
  void logicalReplicationIsAllowedByItsDatabase() throws Exception {
    put(user(List.of(always(VERIFIER)), Set.of("app"), 0));

    assertThat(authenticator.authenticate(replication("app", "database").proving(VERIFIER)).name())
        .isEqualTo("alice");
  }

  @Test
  void aStoreThatCannotBeReadLetsNobodyIn() {
    put(user(List.of(always(VERIFIER)), Set.of(), 0));
    context.users().failWith("file is gone");
    FakeExchange exchange = FakeExchange.of("alice", "app").proving(VERIFIER);

    AuthenticationException refusal = refused(exchange);

    assertThat(refusal.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refusal.clientMessage()).doesNotContain("store").doesNotContain("file");
  }

  private void assertMockedAndRefusedLikeAWrongPassword() {
    FakeExchange exchange = FakeExchange.of("alice", "app").proving(VERIFIER);
    AuthenticationException refusal = refused(exchange);
    put(user(List.of(always(VERIFIER)), Set.of(), 0));
    AuthenticationException wrong = refused(FakeExchange.of("alice", "app").proving(OTHER));

    assertThat(exchange.offers()).containsExactly(List.of());
    assertThat(refusal.sqlState()).isEqualTo(wrong.sqlState());
    assertThat(refusal.clientMessage()).isEqualTo(wrong.clientMessage());
    assertThat(refusal.kind()).isEqualTo(wrong.kind());
  }

  private AuthenticationException refused(FakeExchange exchange) {
    return Objects.requireNonNull(
        catchThrowableOfType(
            AuthenticationException.class, () -> authenticator.authenticate(exchange)));
  }

  private static void assertThatKeysAreWiped(FakeExchange exchange) {
    ScramKeys keys = Objects.requireNonNull(exchange.keys());
    assertThatThrownBy(() -> keys.clientKey().toByteArray())
        .isInstanceOf(IllegalStateException.class);
  }

  private void put(StoredUser user) {
    context.users().put(user);
  }

  private static FakeExchange replication(String database, String mode) {
    return new FakeExchange(
        Samples.client(), Samples.startup("alice", database, "replication", mode));
  }

  private static StoredVerifier always(ScramVerifier verifier) {
    return new StoredVerifier(verifier, null, null);
  }

  private static StoredUser user(
      List<StoredVerifier> verifiers, Set<String> databases, int maxSessions) {
    return new StoredUser("alice", true, null, null, verifiers, databases, maxSessions);
  }

  private static StoredUser validFromUntil(@Nullable Instant from, @Nullable Instant until) {
    return new StoredUser("alice", true, from, until, List.of(always(VERIFIER)), Set.of(), 0);
  }
}
