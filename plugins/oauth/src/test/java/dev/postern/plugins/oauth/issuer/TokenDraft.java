package dev.postern.plugins.oauth.issuer;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A token before it is signed; a good one until a test changes it. Used by one thread. */
public final class TokenDraft {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Map<String, Object> header = new LinkedHashMap<>();
  private final Map<String, Object> claims = new LinkedHashMap<>();
  private final IssuerKey key;

  TokenDraft(IssuerKey key, String issuer, Instant now) {
    this.key = key;
    header.put("alg", key.algorithm());
    header.put("typ", "JWT");
    header.put("kid", key.id());
    claims.put("iss", issuer);
    claims.put("sub", "alice");
    claims.put("aud", "postern");
    claims.put("scope", "openid postgres");
    claims.put("jti", "an identifier of a token");
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.getEpochSecond() + 300);
  }

  public TokenDraft with(String claim, Object value) {
    claims.put(claim, value);
    return this;
  }

  public TokenDraft without(String claim) {
    claims.remove(claim);
    return this;
  }

  public TokenDraft withHeader(String parameter, Object value) {
    header.put(parameter, value);
    return this;
  }

  public TokenDraft withoutHeader(String parameter) {
    header.remove(parameter);
    return this;
  }

  /** Signed as the header says. */
  public String signed() {
    return signedBy(key);
  }

  /** Signed by another key than the header says. */
  public String signedBy(IssuerKey other) {
    byte[] signature =
        other.sign(String.valueOf(header.get("alg")), content().getBytes(StandardCharsets.UTF_8));
    return content() + "." + BASE64.encodeToString(signature);
  }

  /** With the bytes of a public key as if they were a shared secret. */
  public String signedWithSecret(byte[] secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return content()
          + "."
          + BASE64.encodeToString(mac.doFinal(content().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public String unsigned() {
    return content() + ".";
  }

  private String content() {
    return part(header) + "." + part(claims);
  }

  private static String part(Map<String, Object> values) {
    return BASE64.encodeToString(
        JSONObjectUtils.toJSONString(values).getBytes(StandardCharsets.UTF_8));
  }
}
