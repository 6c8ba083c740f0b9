package dev.postern.plugins.oauth.issuer;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** A key of an issuer. Signs by the platform, so that a test can sign what no library would. */
public record IssuerKey(String id, String algorithm, KeyPair pair, Map<String, Object> jwk) {
  /** Of the kind and size that the algorithm wants. */
  public static IssuerKey of(String id, String algorithm) {
    return switch (algorithm.substring(0, 2)) {
      case "RS", "PS" -> rsa(id, algorithm, 2048);
      case "ES" -> ec(id, algorithm);
      default -> ed25519(id);
    };
  }

  public static IssuerKey rsa(String id, String algorithm, int bits) {
    KeyPair pair = generate("RSA", generator -> generator.initialize(bits));
    JWK jwk = new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(id).build();
    return new IssuerKey(id, algorithm, pair, new LinkedHashMap<>(jwk.toJSONObject()));
  }

  private static IssuerKey ec(String id, String algorithm) {
    Curve curve =
        switch (algorithm) {
          case "ES256" -> Curve.P_256;
          case "ES384" -> Curve.P_384;
          default -> Curve.P_521;
        };
    KeyPair pair =
        generate(
            "EC", generator -> generator.initialize(new ECGenParameterSpec(curve.getStdName())));
    JWK jwk = new ECKey.Builder(curve, (ECPublicKey) pair.getPublic()).keyID(id).build();
    return new IssuerKey(id, algorithm, pair, new LinkedHashMap<>(jwk.toJSONObject()));
  }

  private static IssuerKey ed25519(String id) {
    KeyPair pair = generate("Ed25519", generator -> {});
    byte[] encoded = pair.getPublic().getEncoded();
    Base64URL x =
        Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    JWK jwk = new OctetKeyPair.Builder(Curve.Ed25519, x).keyID(id).build();
    return new IssuerKey(id, "EdDSA", pair, new LinkedHashMap<>(jwk.toJSONObject()));
  }

  private interface Sizing {
    void size(KeyPairGenerator generator) throws GeneralSecurityException;
  }

  private static KeyPair generate(String kind, Sizing sizing) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      sizing.size(generator);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same, published with one more parameter, such as {@code use}. */
  public IssuerKey publishing(String parameter, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(jwk);
    more.put(parameter, value);
    return new IssuerKey(id, algorithm, pair, more);
  }

  /** A signature by this key in the way of any algorithm that it can do. */
  byte[] sign(String way, byte[] content) {
    try {
      Signature signature = signature(way);
      signature.initSign(pair.getPrivate());
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Signature signature(String way) throws GeneralSecurityException {
    String bits = way.substring(2);
    return switch (way.substring(0, 2)) {
      case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
      case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
      case "PS" -> {
        Signature pss = Signature.getInstance("RSASSA-PSS");
        String hash = "SHA-" + bits;
        pss.setParameter(
            new PSSParameterSpec(
                hash, "MGF1", new MGF1ParameterSpec(hash), Integer.parseInt(bits) / 8, 1));
        yield pss;
      }
      default -> Signature.getInstance("Ed25519");
    };
  }
}
