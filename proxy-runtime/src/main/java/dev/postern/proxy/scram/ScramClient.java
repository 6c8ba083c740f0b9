package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.auth.ScramVerifier;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one SCRAM exchange (RFC 5802, section 5), in libpq's manner. The keys are
 * asked for only when the server has said what its verifier was made with, so that the caller can
 * choose between the user's own keys and a password. The server has proved itself when {@link
 * #serverFinal} returns, and not before. Used by one thread.
 */
public final class ScramClient {
  /** Ours, in bytes: holds the longest salt and nonce that are accepted. */
  public static final int MAX_MESSAGE_LENGTH = 4096;

  /** Ours, in characters, for client and server together. */
  private static final int MAX_NONCE_LENGTH = 1024;

  private final Mechanism mechanism;
  private final String gs2Header;
  private final Bytes binding;
  private final String nonce;
  private State state = State.NEW;

  private sealed interface State {
    State NEW = new New();
    State ENDED = new Ended();

    record New() implements State {}

    record ServerFirstExpected(String bare) implements State {}

    record KeysExpected(String bare, String serverFirst, String nonce) implements State {}

    record ServerFinalExpected(Bytes serverSignature) implements State {}

    record Ended() implements State {}
  }

  private ScramClient(Mechanism mechanism, String flag, Bytes binding, String nonce) {
    this.mechanism = mechanism;
    this.gs2Header = flag + ",,";
    this.binding = binding;
    this.nonce = nonce;
  }

  /**
   * Chooses a mechanism: SCRAM-SHA-256-PLUS wherever the server offers it over TLS.
   *
   * @param offered what AuthenticationSASL lists
   * @param encrypted whether the connection is TLS
   * @param endpoint the {@code tls-server-end-point} of the server's certificate (RFC 5929), or
   *     {@code null} without TLS or where that certificate defines none
   * @throws ScramException if nothing usable is offered, or SCRAM-SHA-256-PLUS is offered without
   *     TLS, as only a man in the middle would
   */
  public static ScramClient choose(
      List<String> offered, boolean encrypted, @Nullable Bytes endpoint) throws ScramException {
    return choose(offered, encrypted, endpoint, Sha256::nonce);
  }

  static ScramClient choose(
      List<String> offered, boolean encrypted, @Nullable Bytes endpoint, Supplier<String> nonces)
      throws ScramException {
    boolean plus = offered.contains(Mechanism.SCRAM_SHA_256_PLUS.saslName());
    if (plus && !encrypted) {
      throw new ScramException(
          "the server offers SCRAM-SHA-256-PLUS over a connection without TLS");
    }
    if (plus && endpoint != null) {
      return new ScramClient(
          Mechanism.SCRAM_SHA_256_PLUS, "p=" + ClientFirst.BINDING_TYPE, endpoint, nonces.get());
    }
    if (!offered.contains(Mechanism.SCRAM_SHA_256.saslName())) {
      throw new ScramException(
          "none of the SASL mechanisms that the server offers is supported (expected:"
              + " SCRAM-SHA-256 or SCRAM-SHA-256-PLUS)");
    }
    // "y" lets a server notice that somebody took SCRAM-SHA-256-PLUS out of its offer.
    return new ScramClient(
        Mechanism.SCRAM_SHA_256, endpoint == null ? "n" : "y", Bytes.EMPTY, nonces.get());
  }

  public Mechanism mechanism() {
    return mechanism;
  }

  /**
   * The client-first-message, for SASLInitialResponse. The user's name is left out, as libpq does.
   */
  public Bytes clientFirst() {
    if (!(state instanceof State.New)) {
      throw new IllegalStateException("the exchange has begun");
    }
    String bare = "n=,r=" + nonce;
    state = new State.ServerFirstExpected(bare);
    return Sha256.latin1(gs2Header + bare);
  }

  /**
   * Takes the server-first-message.
   *
   * @throws ScramException if it is malformed, or its nonce does not continue ours
   */
  public ServerFirst serverFirst(Bytes message) throws ScramException {
    if (!(state instanceof State.ServerFirstExpected(String bare))) {
      throw new IllegalStateException("no server-first-message is expected in " + state);
    }
    state = State.ENDED;
    try {
      AttributeReader reader = AttributeReader.of(message, MAX_MESSAGE_LENGTH);
      String text = reader.rest();
      String both = reader.value('r');
      Bytes salt = salt(reader.value('s'));
      int iterations = iterations(reader.value('i'));
      reader.skipExtensions((char) 0);
      if (both.length() > MAX_NONCE_LENGTH
          || both.length() <= nonce.length()
          || !both.startsWith(nonce)
          || !AttributeReader.isPrintable(both)) {
        throw new ScramException("the nonce in the server's SCRAM message does not continue ours");
      }
      state = new State.KeysExpected(bare, text, both);
      return new ServerFirst(salt, iterations);
    } catch (ScramSyntaxException e) {
      throw new ScramException("server-first-message: " + e.getMessage());
    }
  }

  /**
   * The client-final-message, for SASLResponse.
   *
   * @param keys not closed here
   */
  public Bytes clientFinal(DerivedKeys keys) {
    if (!(state instanceof State.KeysExpected(String bare, String serverFirst, String both))) {
      throw new IllegalStateException("no keys are expected in " + state);
    }
    String withoutProof = "c=" + Sha256.channelBinding(gs2Header, binding) + ",r=" + both;
    String authMessage = bare + "," + serverFirst + "," + withoutProof;
    byte[] storedKey = Sha256.storedKey(keys.clientKey());
    byte[] proof = Sha256.xor(keys.clientKey(), Sha256.signature(storedKey, authMessage));
    state =
        new State.ServerFinalExpected(Bytes.wrap(Sha256.signature(keys.serverKey(), authMessage)));
    return Sha256.latin1(withoutProof + ",p=" + Sha256.base64(proof));
  }

  /**
   * Takes the server-final-message.
   *
   * @throws ScramException if the server does not know the user's verifier, and so is not the one
   *     it says it is
   */
  public void serverFinal(Bytes message) throws ScramException {
    if (!(state instanceof State.ServerFinalExpected(Bytes expected))) {
      throw new IllegalStateException("no server-final-message is expected in " + state);
    }
    state = State.ENDED;
    try {
      AttributeReader reader = AttributeReader.of(message, MAX_MESSAGE_LENGTH);
      if (reader.isAt('e')) {
        String error = reader.value('e');
        throw new ScramException(
            "the server ended the SCRAM exchange"
                + (AttributeReader.isPrintable(error) ? ": " + error : ""));
      }
      byte[] signature = AttributeReader.base64(reader.value('v'));
      reader.skipExtensions((char) 0);
      if (!MessageDigest.isEqual(signature, expected.toByteArray())) {
        throw new ScramException("the server's SCRAM signature is wrong");
      }
    } catch (IllegalArgumentException notBase64) {
      throw new ScramException("server-final-message: malformed signature");
    } catch (ScramSyntaxException e) {
      throw new ScramException("server-final-message: " + e.getMessage());
    }
  }

  private static Bytes salt(String text) throws ScramException {
    try {
      Bytes salt = Bytes.wrap(AttributeReader.base64(text));
      if (salt.length() >= 1 && salt.length() <= ScramVerifier.MAX_SALT_LENGTH) {
        return salt;
      }
      throw new ScramException(
          "the server's SCRAM salt has "
              + salt.length()
              + " bytes (expected: 1.."
              + ScramVerifier.MAX_SALT_LENGTH
              + ")");
    } catch (IllegalArgumentException notBase64) {
      throw new ScramException("server-first-message: malformed salt");
    }
  }

  private static int iterations(String text) throws ScramException {
    try {
      if (text.chars().allMatch(c -> c >= '0' && c <= '9') && Integer.parseInt(text) >= 1) {
        return Integer.parseInt(text);
      }
    } catch (NumberFormatException tooLarge) {
      // refused below, in the same words
    }
    throw new ScramException(
        "server-first-message: malformed iteration count (expected: 1.." + Integer.MAX_VALUE + ")");
  }
}
