package dev.postern.testkit.spi;

import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.SaslExchange;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A client that wants to log in. It proves the verifier or sends the password that the test gave
 * it, and refuses to be asked twice, as the real one does. Nothing is computed: the keys of a proof
 * are zeros.
 */
public final class FakeExchange implements AuthenticationExchange {
  private final ClientInfo client;
  private final StartupParameters startup;
  private final List<List<ScramVerifier>> offers = new ArrayList<>();
  private @Nullable ScramVerifier proves;
  private @Nullable String password;
  private @Nullable FakeSasl sasl;
  private Runnable whileAsked = () -> {};
  private @Nullable ScramKeys keys;
  private final Map<String, AuthenticatedUser> others = new HashMap<>();
  private boolean asked;

  public FakeExchange(ClientInfo client, StartupParameters startup) {
    this.client = client;
    this.startup = startup;
  }

  /** A client on a plaintext connection that asks for a database in a user's name. */
  public static FakeExchange of(String user, String database) {
    return new FakeExchange(Samples.client(), Samples.startup(user, database));
  }

  /** The client knows the password of this verifier. */
  public FakeExchange proving(ScramVerifier verifier) {
    proves = verifier;
    return this;
  }

  /** The client answers this when asked for its password. */
  public FakeExchange sending(String cleartextPassword) {
    password = cleartextPassword;
    return this;
  }

  /**
   * The client chooses this SASL mechanism, and sends these messages in turn, the first one with
   * its choice.
   */
  public FakeExchange speaking(String mechanism, String... messages) {
    sasl = new FakeSasl(mechanism, List.of(messages));
    return this;
  }

  /** What the client was sent in a SASL exchange: the challenges, and what was said at the end. */
  public List<String> challenges() {
    return sasl == null ? List.of() : sasl.challenges();
  }

  /** Another authenticator of the configuration says this when it is delegated to. */
  public FakeExchange delegating(String authenticator, AuthenticatedUser user) {
    others.put(authenticator, user);
    return this;
  }

  /** Runs while the client is being asked: what happens elsewhere during a login. */
  public FakeExchange meanwhile(Runnable event) {
    whileAsked = event;
    return this;
  }

  /**
   * The lists of verifiers that were offered to the client: at most one; an empty one is a mock.
   */
  public List<List<ScramVerifier>> offers() {
    return List.copyOf(offers);
  }

  /** The keys that the proof gave, or {@code null} where nothing was proved. */
  public @Nullable ScramKeys keys() {
    return keys;
  }

  @Override
  public ClientInfo client() {
    return client;
  }

  @Override
  public StartupParameters startup() {
    return startup;
  }

  @Override
  public ScramProof scramSha256(List<ScramVerifier> verifiers) throws AuthenticationException {
    if (verifiers.stream().anyMatch(verifier -> !verifier.sharesSaltWith(verifiers.getFirst()))) {
      throw new IllegalArgumentException("the verifiers differ in salt or iteration count");
    }
    ask();
    offers.add(List.copyOf(verifiers));
    ScramVerifier proved = proves;
    if (proved == null || !verifiers.contains(proved)) {
      throw AuthenticationException.invalidPassword(startup.user(), "the proof is wrong");
    }
    keys = new ScramKeys(proved, Secret.copyOf(new byte[ScramVerifier.KEY_LENGTH]));
    return new ScramProof(proved, keys);
  }

  @Override
  public Secret cleartextPassword() throws AuthenticationException {
    if (client.tls() == null) {
      throw AuthenticationException.denied(
          "a password is accepted over an encrypted connection only",
          "the client came without TLS");
    }
    ask();
    if (password == null || password.isEmpty()) {
      throw AuthenticationException.invalidPassword(startup.user(), "the password is empty");
    }
    return Secret.ofPassword(password.toCharArray());
  }

  @Override
  public SaslExchange sasl(List<String> mechanisms) throws AuthenticationException {
    ask();
    FakeSasl chosen = sasl;
    if (chosen == null || !mechanisms.contains(chosen.mechanism())) {
      throw new AuthenticationException(
          SqlState.PROTOCOL_VIOLATION,
          FailureKind.CLIENT,
          "client selected an invalid SASL authentication mechanism",
          "the client knows none of " + mechanisms,
          null);
    }
    return chosen;
  }

  @Override
  public AuthenticatedUser delegate(String authenticator) throws AuthenticationException {
    AuthenticatedUser user = others.get(authenticator);
    if (user == null) {
      throw AuthenticationException.unavailable("there is no " + authenticator, null);
    }
    ask();
    return user;
  }

  private void ask() {
    if (asked) {
      throw new IllegalStateException("the client was asked twice");
    }
    asked = true;
    whileAsked.run();
  }
}
