package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.routing.BackendLogin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CredentialsTest {
  private static final ScramKeys KEYS =
      new ScramKeys(
          new ScramVerifier(4096, Bytes.utf8("salt"), new byte[32], new byte[32]),
          Secret.copyOf(new byte[32]));
  private static final AuthenticatedUser ALICE =
      AuthenticatedUser.named("alice").withScramKeys(KEYS);

  @Test
  void logsInAsTheClientWithItsOwnKey() {
    assertThat(Credentials.of(BackendLogin.AS_CLIENT, ALICE, null, null))
        .isEqualTo(new Credentials("alice", KEYS, null, false));
  }

  @Test
  void usesTheRolesNameAndPasswordOfTheMapping() {
    assertThat(Credentials.of(BackendLogin.AS_CLIENT, ALICE, "app", secret("mapped")))
        .isEqualTo(new Credentials("app", KEYS, secret("mapped"), false));
  }

  @Test
  void prefersTheRoutesRoleAndLeavesThePasswordOfAnotherRole() {
    assertThat(Credentials.of(login("report", null, true), ALICE, "app", secret("mapped")))
        .isEqualTo(new Credentials("report", null, null, false));
  }

  @Test
  void usesTheMappingsPasswordForTheRoutesRole() {
    assertThat(Credentials.of(login("app", null, true), ALICE, "app", secret("mapped")))
        .isEqualTo(new Credentials("app", null, secret("mapped"), false));
  }

  @Test
  void prefersTheRoutesPasswordAndDisregardsTheMapping() {
    BackendLogin login = login(null, secret("route's"), true);
    assertThat(Credentials.wantMapping(login)).isFalse();
    assertThat(Credentials.of(login, ALICE, "app", secret("mapped")))
        .isEqualTo(new Credentials("alice", null, secret("route's"), false));
  }

  @Test
  void disregardsAMappingThatTheRouteDoesNotWant() {
    BackendLogin login = login(null, null, false);
    assertThat(Credentials.wantMapping(login)).isFalse();
    assertThat(Credentials.of(login, ALICE, "app", secret("mapped")))
        .isEqualTo(new Credentials("alice", null, null, false));
  }

  @Test
  void takesAnEmptyPasswordForNone() {
    assertThat(Credentials.of(login(null, secret(""), false), ALICE, null, null).password())
        .isNull();
  }

  private static BackendLogin login(
      @Nullable String user, @Nullable Secret password, boolean userMapping) {
    return new BackendLogin(user, false, password, userMapping, false);
  }

  private static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }
}
