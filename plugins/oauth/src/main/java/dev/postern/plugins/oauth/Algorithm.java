package dev.postern.plugins.oauth;

import com.nimbusds.jose.JWSAlgorithm;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * Signatures that a token may have (RFC 7518, section 3.1; RFC 8037). All are made with a private
 * key: there is neither {@code none} nor a shared secret among them, for which somebody could take
 * a public key.
 */
enum Algorithm {
  RS_256("RS256"),
  RS_384("RS384"),
  RS_512("RS512"),
  PS_256("PS256"),
  PS_384("PS384"),
  PS_512("PS512"),
  ES_256("ES256"),
  ES_384("ES384"),
  ES_512("ES512"),
  ED_DSA("EdDSA");

  private final String text;

  Algorithm(String text) {
    this.text = text;
  }

  /** {@code null}: none of these. */
  static @Nullable Algorithm of(@Nullable JWSAlgorithm named) {
    for (Algorithm algorithm : values()) {
      if (named != null && algorithm.text.equals(named.getName())) {
        return algorithm;
      }
    }
    return null;
  }

  /** Whether the key is of its kind, and, of elliptic curves, on the one that it names. */
  boolean fits(PublicKey key) {
    return switch (this) {
      case RS_256, RS_384, RS_512, PS_256, PS_384, PS_512 -> key instanceof RSAPublicKey;
      case ES_256 -> isOnCurveOf(key, 256);
      case ES_384 -> isOnCurveOf(key, 384);
      case ES_512 -> isOnCurveOf(key, 521);
      case ED_DSA -> key instanceof EdECPublicKey;
    };
  }

  private static boolean isOnCurveOf(PublicKey key, int bits) {
    return key instanceof ECPublicKey ec
        && ec.getParams().getCurve().getField().getFieldSize() == bits;
  }

  @Override
  public String toString() {
    return text;
  }
}
