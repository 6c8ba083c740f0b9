package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one SCRAM exchange (RFC 5802, section 5; PostgreSQL documentation,
 * "SCRAM-SHA-256 Authentication"). Costs a few HMACs and no password hashing. A user without a
 * verifier goes the same way, in the same time, and is refused at its end in the same words. Used
 * by one thread.
 */
public final class ScramServer {
  /**
   * The greatest length of a client's message in bytes, PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH.
   */
  public static final int MAX_MESSAGE_LENGTH = 1024;

  private final String user;
  private final List<ScramVerifier> verifiers;
  private final boolean doomed;
  private final @Nullable Bytes endpoint;
  private final Supplier<String> nonces;
  private State state = State.NEW;

  private sealed interface State {
    State NEW = new New();
    State ENDED = new Ended();

    record New() implements State {}

    record ClientFirstExpected(Mechanism mechanism) implements State {}

    record ClientFinalExpected(
        Mechanism mechanism, ClientFirst first, String nonce, String serverFirst)
        implements State {}

    record Ended() implements State {}
  }

  /**
   * @param user the name in the StartupMessage
   * @param verifiers any of these may be proved; all with one salt and iteration count. Empty: none
   *     can be
   * @param mocks answers where there is no verifier
   * @param endpoint the {@code tls-server-end-point} of the certificate that the client was shown
   *     (RFC 5929), which makes SCRAM-SHA-256-PLUS be offered; {@code null} without TLS, or where
   *     that certificate defines none
   * @throws IllegalArgumentException if the verifiers differ in salt or iteration count
   */
  public ScramServer(
      String user, List<ScramVerifier> verifiers, MockVerifiers mocks, @Nullable Bytes endpoint) {
    this(user, verifiers, mocks, endpoint, Sha256::nonce);
  }

  ScramServer(
      String user,
      List<ScramVerifier> verifiers,
      MockVerifiers mocks,
      @Nullable Bytes endpoint,
      Supplier<String> nonces) {
    // Made for users with verifiers too: the time it takes must not tell them apart.
    ScramVerifier mock = mocks.forUser(user);
    this.user = user;
    this.doomed = verifiers.isEmpty();
    this.verifiers = doomed ? List.of(mock) : List.copyOf(verifiers);
    this.endpoint = endpoint;
    this.nonces = nonces;
    for (ScramVerifier verifier : this.verifiers) {
      if (!verifier.sharesSaltWith(this.verifiers.getFirst())) {
        throw new IllegalArgumentException("the verifiers differ in salt or iteration count");
      }
    }
  }

  /** What to offer in AuthenticationSASL, the stronger first. */
  public List<String> mechanisms() {
    return endpoint == null
        ? List.of(Mechanism.SCRAM_SHA_256.saslName())
        : List.of(Mechanism.SCRAM_SHA_256_PLUS.saslName(), Mechanism.SCRAM_SHA_256.saslName());
  }

  /**
   * Takes what SASLInitialResponse carries.
   *
   * @param mechanism what the client selected
   * @param initialResponse the client-first-message, or {@code null} where the client sent none,
   *     which is its right (RFC 4422, section 5.1): it is then asked for it
   */
  public ScramStep start(String mechanism, @Nullable Bytes initialResponse) {
    if (!(state instanceof State.New)) {
      throw new IllegalStateException("the exchange has begun");
    }
    Mechanism selected = Mechanism.named(mechanism).orElse(null);
    if (selected == null || (selected.bindsChannel() && endpoint == null)) {
      return failure(
          SqlState.PROTOCOL_VIOLATION, "client selected an invalid SASL authentication mechanism");
    }
    state = new State.ClientFirstExpected(selected);
    return initialResponse == null ? new ScramStep.Continue(Bytes.EMPTY) : respond(initialResponse);
  }

  /**
   * Takes what a SASLResponse carries.
   *
   * @throws IllegalStateException before {@link #start}, and after success or failure
   */
  public ScramStep respond(Bytes message) {
    try {
      return switch (state) {
        case State.ClientFirstExpected(Mechanism mechanism) -> clientFirst(mechanism, message);
        case State.ClientFinalExpected expected -> clientFinal(expected, message);
        case State.New _, State.Ended _ ->
            throw new IllegalStateException("no message is expected in " + state);
      };
    } catch (ScramSyntaxException e) {
      return failure(e.sqlState(), String.valueOf(e.getMessage()));
    }
  }

  private ScramStep clientFirst(Mechanism mechanism, Bytes message) throws ScramSyntaxException {
    ClientFirst first = ClientFirst.parse(message, mechanism, endpoint != null);
    ScramVerifier shown = verifiers.getFirst();
    String nonce = first.nonce() + nonces.get();
    String serverFirst =
        "r="
            + nonce
            + ",s="
            + Sha256.base64(shown.salt().toByteArray())
            + ",i="
            + shown.iterations();
    state = new State.ClientFinalExpected(mechanism, first, nonce, serverFirst);
    return new ScramStep.Continue(Sha256.latin1(serverFirst));
  }

  private ScramStep clientFinal(State.ClientFinalExpected expected, Bytes message)
      throws ScramSyntaxException {
    ClientFinal last = ClientFinal.parse(message);
    checkBinding(expected, last.channelBinding());
    if (!same(last.nonce(), expected.nonce())) {
      throw ScramSyntaxException.malformed("nonce does not match");
    }
    String authMessage =
        expected.first().bare() + "," + expected.serverFirst() + "," + last.withoutProof();
    ScramKeys keys = prove(last.proof(), authMessage);
    state = State.ENDED;
    if (keys == null || doomed) {
      if (keys != null) {
        keys.close();
      }
      return new ScramStep.Failure(
          SqlState.INVALID_PASSWORD,
          "password authentication failed for user \"" + user + "\"",
          doomed ? "no verifier: unknown, disabled or expired user" : "wrong password");
    }
    byte[] serverSignature = Sha256.signature(keys.verifier().serverKey(), authMessage);
    return new ScramStep.Success(
        Sha256.latin1("v=" + Sha256.base64(serverSignature)),
        new ScramProof(keys.verifier(), keys));
  }

  private void checkBinding(State.ClientFinalExpected expected, String binding)
      throws ScramSyntaxException {
    boolean bound = expected.mechanism().bindsChannel();
    Bytes data = bound && endpoint != null ? endpoint : Bytes.EMPTY;
    if (same(binding, Sha256.channelBinding(expected.first().gs2Header(), data))) {
      return;
    }
    throw bound
        ? new ScramSyntaxException(
            SqlState.INVALID_AUTHORIZATION, "SCRAM channel binding check failed")
        : new ScramSyntaxException(
            SqlState.PROTOCOL_VIOLATION,
            "unexpected SCRAM channel-binding attribute in client-final-message");
  }

  /**
   * Tries every verifier, whether or not one before it fitted, so that the time does not tell
   * which.
   */
  private @Nullable ScramKeys prove(byte[] proof, String authMessage) {
    ScramVerifier proved = null;
    byte[] provedKey = new byte[0];
    for (ScramVerifier verifier : verifiers) {
      byte[] storedKey = verifier.storedKey();
      byte[] clientKey = Sha256.xor(Sha256.signature(storedKey, authMessage), proof);
      boolean fits = MessageDigest.isEqual(Sha256.storedKey(clientKey), storedKey);
      if (fits && proved == null) {
        proved = verifier;
        provedKey = clientKey;
      } else {
        Arrays.fill(clientKey, (byte) 0);
      }
    }
    if (proved == null) {
      return null;
    }
    Secret clientKey = Secret.copyOf(provedKey);
    Arrays.fill(provedKey, (byte) 0);
    return new ScramKeys(proved, clientKey);
  }

  private static boolean same(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.ISO_8859_1), b.getBytes(StandardCharsets.ISO_8859_1));
  }

  private ScramStep.Failure failure(SqlState sqlState, String message) {
    state = State.ENDED;
    return new ScramStep.Failure(sqlState, message, message);
  }
}
