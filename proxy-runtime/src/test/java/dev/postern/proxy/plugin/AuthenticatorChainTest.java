package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.Authenticator;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class AuthenticatorChainTest {
  private static final AuthenticatedUser ALICE = AuthenticatedUser.named("alice");

  private final Map<String, Authenticator> links = new LinkedHashMap<>();

  /** Claims logins of one user. */
  private record For(String user, AuthenticatedUser answer) implements Authenticator {
    @Override
    public boolean claims(ClientInfo client, StartupParameters startup) {
      return startup.user().equals(user);
    }

    @Override
    public AuthenticatedUser authenticate(AuthenticationExchange exchange) {
      return answer;
    }
  }

  private AuthenticatedUser logIn(String user, boolean all) throws AuthenticationException {
    return new AuthenticatorChain(links, all).authenticate(exchangeOf(user));
  }

  private static AuthenticationExchange exchangeOf(String user) {
    StartupParameters startup = new StartupParameters(Map.of("user", user));
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    ClientInfo client = new ClientInfo("1", address, address, null);
    return (AuthenticationExchange)
        Proxy.newProxyInstance(
            AuthenticatorChainTest.class.getClassLoader(),
            new Class<?>[] {AuthenticationExchange.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "client" -> client;
                  case "startup" -> startup;
                  default -> throw new AssertionError(method);
                });
  }

  @Test
  void letsTheFirstThatClaimsALoginDecide() throws Exception {
    links.put("a", new For("bob", AuthenticatedUser.named("bob")));
    links.put("b", new For("alice", ALICE.withMaxSessions(1)));
    links.put("c", new For("alice", ALICE.withMaxSessions(2)));

    assertThat(logIn("alice", false).maxSessions()).isEqualTo(1);
  }

  @Test
  void refusesALoginThatNobodyClaims() {
    links.put("a", new For("bob", ALICE));
    links.put("b", new For("carol", ALICE));

    assertThatThrownBy(() -> logIn("alice", false))
        .isInstanceOf(AuthenticationException.class)
        .hasMessage("no authenticator claims the login");
  }

  @Test
  void asksAnAuthenticatorThatStandsAloneWhetherItClaimsOrNot() throws Exception {
    links.put("a", new For("bob", ALICE));

    assertThat(logIn("alice", false)).isEqualTo(ALICE);
  }

  @Test
  void putsTogetherWhatAllSay() throws Exception {
    Secret password = Secret.ofPassword("pw".toCharArray());
    Secret other = Secret.ofPassword("other".toCharArray());
    links.put("a", _ -> ALICE.withAttributes(Map.of("x", "1")).withMaxSessions(5));
    links.put(
        "b",
        _ ->
            ALICE
                .withAttributes(Map.of("x", "2", "y", "3"))
                .withMaxSessions(2)
                .withRole("role", password));
    links.put("c", _ -> ALICE.withRole("later", other));

    AuthenticatedUser user = logIn("alice", true);

    assertThat(user.attributes()).containsOnly(Map.entry("x", "1"), Map.entry("y", "3"));
    assertThat(user.maxSessions()).isEqualTo(2);
    assertThat(user.role()).isEqualTo("role");
    assertThat(user.password()).isSameAs(password);
    assertThatThrownBy(other::toByteArray).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesWhereOneOfAllRefusesAndForgetsWhatTheOthersBrought() {
    Secret password = Secret.ofPassword("pw".toCharArray());
    links.put("a", _ -> ALICE.withRole("role", password));
    links.put(
        "b",
        _ -> {
          throw AuthenticationException.denied("not from here", "address");
        });

    assertThatThrownBy(() -> logIn("alice", true)).hasMessage("address");
    assertThatThrownBy(password::toByteArray).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesWhereTwoSayDifferentNames() {
    links.put("a", _ -> ALICE);
    links.put("b", _ -> AuthenticatedUser.named("bob"));

    assertThatThrownBy(() -> logIn("alice", true)).hasMessage("authenticator b says it is \"bob\"");
  }

  @Test
  void letsOneDelegateToAnother() throws Exception {
    links.put("door", exchange -> exchange.delegate("people"));
    links.put("people", new For("nobody", ALICE));

    assertThat(logIn("alice", false)).isEqualTo(ALICE);
  }

  @Test
  void letsALoginBeGoodForNoLongerThanAnyOfThemSays() throws Exception {
    Instant noon = Instant.parse("2026-11-21T12:00:00Z");
    links.put("a", _ -> ALICE.withExpiry(noon.plusSeconds(1)));
    links.put("b", _ -> ALICE);
    links.put("c", _ -> ALICE.withExpiry(noon));

    assertThat(logIn("alice", true).expiry()).isEqualTo(noon);
  }

  @Test
  void letsNobodyWhoDelegatesMakeALoginGoodForLonger() throws Exception {
    Instant noon = Instant.parse("2026-11-21T12:00:00Z");
    Instant later = noon.plusSeconds(1);
    links.put("people", new For("nobody", ALICE.withExpiry(noon)));

    for (Instant own : Arrays.asList(null, later)) {
      links.put("door", exchange -> delegated(exchange).withExpiry(own));
      assertThat(new AuthenticatorChain(reversed(), false).authenticate(exchangeOf("alice")))
          .extracting(AuthenticatedUser::expiry)
          .isEqualTo(noon);
    }
  }

  private static AuthenticatedUser delegated(AuthenticationExchange exchange)
      throws AuthenticationException {
    return AuthenticatedUser.named(exchange.delegate("people").name());
  }

  private Map<String, Authenticator> reversed() {
    return new LinkedHashMap<>(links).reversed();
  }

  @Test
  void refusesToDelegateInACircleOrToNobody() {
    links.put("a", exchange -> exchange.delegate("b"));
    links.put("b", exchange -> exchange.delegate("a"));
    assertThatThrownBy(() -> logIn("alice", false))
        .hasMessage("authenticator a was asked a second time in one login");

    links.put("a", exchange -> exchange.delegate("z"));
    assertThatThrownBy(() -> logIn("alice", false))
        .hasMessage("there is no authenticator \"z\" to delegate to (known: a, b)");
  }
}
