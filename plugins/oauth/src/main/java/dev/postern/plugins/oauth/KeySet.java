package dev.postern.plugins.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer (RFC 7517) with which signatures can be proved. Others are passed over:
 * those for encryption, shared secrets, and RSA keys that are too short.
 */
final class KeySet {
  private static final int MOST = 100;
  private static final int SHORTEST_RSA = 2048;
  private static final int LONGEST_RSA = 16_384;

  /**
   * One of them.
   *
   * @param algorithm the only one that it is for, as the issuer says; {@code null}: it does not say
   */
  private record Key(@Nullable String id, @Nullable String algorithm, PublicKey key) {}

  private final List<Key> keys;

  private KeySet(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * @throws IssuerException if it is no set of keys, or none of them can prove a signature
   */
  static KeySet of(Map<String, Object> document) throws IssuerException {
    if (!(document.get("keys") instanceof List<?> listed)) {
      throw new IssuerException("the issuer's set of keys has no list \"keys\"");
    }
    if (listed.size() > MOST) {
      throw new IssuerException("the issuer has more than " + MOST + " keys");
    }
    List<Key> keys = new ArrayList<>();
    for (Object one : listed) {
      Key key = one instanceof Map<?, ?> parameters ? key(parameters) : null;
      if (key != null) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      throw new IssuerException("the issuer has no key for signatures");
    }
    return new KeySet(keys);
  }

  private static @Nullable Key key(Map<?, ?> parameters) {
    try {
      @SuppressWarnings("unchecked") // of a JSON object
      JWK jwk = JWK.parse((Map<String, Object>) parameters);
      boolean forSignatures = jwk.getKeyUse() == null || KeyUse.SIGNATURE.equals(jwk.getKeyUse());
      boolean forProofs =
          jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY);
      PublicKey key = forSignatures && forProofs ? publicKey(jwk) : null;
      com.nimbusds.jose.Algorithm algorithm = jwk.getAlgorithm();
      return key == null
          ? null
          : new Key(jwk.getKeyID(), algorithm == null ? null : algorithm.getName(), key);
    } catch (ParseException | JOSEException | GeneralSecurityException | RuntimeException e) {
      return null; // of a kind, or with parameters, that Postern does not know
    }
  }

  private static @Nullable PublicKey publicKey(JWK jwk)
      throws JOSEException, GeneralSecurityException {
    if (jwk instanceof OctetKeyPair pair) {
      return Curve.Ed25519.equals(pair.getCurve()) ? ed25519(pair.getDecodedX()) : null;
    }
    if (!(jwk instanceof AsymmetricJWK asymmetric)) {
      return null;
    }
    PublicKey key = asymmetric.toPublicKey();
    if (key instanceof RSAPublicKey rsa) {
      int bits = rsa.getModulus().bitLength();
      return bits >= SHORTEST_RSA && bits <= LONGEST_RSA ? rsa : null;
    }
    return key;
  }

  /** RFC 8032, section 5.1.2: the bytes of y from the last, with x's lowest bit before them. */
  private static @Nullable PublicKey ed25519(byte[] encoded) throws GeneralSecurityException {
    if (encoded.length != 32) {
      return null;
    }
    byte[] bigEndian = new byte[encoded.length];
    for (int i = 0; i < encoded.length; i++) {
      bigEndian[i] = encoded[encoded.length - 1 - i];
    }
    boolean xOdd = (bigEndian[0] & 0x80) != 0;
    bigEndian[0] &= 0x7F;
    EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, bigEndian));
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  /**
   * The keys that may have made a signature.
   *
   * @param id as the token names it; {@code null}: it names none, and any may be it
   */
  List<PublicKey> candidates(@Nullable String id, Algorithm algorithm) {
    return keys.stream()
        .filter(key -> id == null || id.equals(key.id()))
        .filter(key -> key.algorithm() == null || key.algorithm().equals(algorithm.toString()))
        .map(Key::key)
        .filter(algorithm::fits)
        .toList();
  }

  int size() {
    return keys.size();
  }
}
