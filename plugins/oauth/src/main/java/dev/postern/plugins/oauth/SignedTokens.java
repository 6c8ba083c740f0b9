package dev.postern.plugins.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.text.ParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Proves signed tokens (RFC 7515, 7519, 8725). Nothing that a token says is believed, or looked at
 * beyond its header, before its signature is proved with a key of the issuer's. Safe for use by
 * many threads.
 */
final class SignedTokens implements Tokens {
  /** Three parts in base64url. The library would pass over other characters. */
  private static final Pattern FORM =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  /** What may call itself a token for access, or says nothing better (RFC 9068, section 2.1). */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private final Set<Algorithm> algorithms;
  private final boolean accessTokensOnly;
  private final int longest;
  private final SigningKeys keys;
  private final ClaimChecks checks;
  private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

  SignedTokens(OauthConfig config, SigningKeys keys, ClaimChecks checks) {
    this.algorithms = config.effectiveAlgorithms();
    this.accessTokensOnly = config.accessTokensOnly() != null && config.accessTokensOnly();
    this.longest = config.limits().effectiveToken();
    this.keys = keys;
    this.checks = checks;
  }

  /** Whether it looks like one. */
  static boolean isOne(String token) {
    return FORM.matcher(token).matches();
  }

  @Override
  public Claims prove(String token, Deadline deadline)
      throws TokenRefusedException, IssuerException {
    if (token.length() > longest) {
      throw new TokenRefusedException("it is longer than limits.token (" + longest + " bytes)");
    }
    if (!isOne(token)) {
      throw new TokenRefusedException("it is no signed token");
    }
    JWSObject parsed = parse(token);
    JWSHeader header = parsed.getHeader();
    Algorithm algorithm = checkHeader(header);
    proveSignature(parsed, header.getKeyID(), algorithm, deadline);
    Claims claims = claims(parsed);
    checks.check(claims);
    return claims;
  }

  private static JWSObject parse(String token) throws TokenRefusedException {
    try {
      return JWSObject.parse(token);
    } catch (ParseException | RuntimeException | StackOverflowError e) {
      throw new TokenRefusedException("its header cannot be read");
    }
  }

  private Algorithm checkHeader(JWSHeader header) throws TokenRefusedException {
    Algorithm algorithm = Algorithm.of(header.getAlgorithm());
    if (algorithm == null || !algorithms.contains(algorithm)) {
      throw new TokenRefusedException(
          "its algorithm is %s (expected: %s)"
              .formatted(OneLine.of(String.valueOf(header.getAlgorithm())), algorithms));
    }
    if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
      throw new TokenRefusedException(
          "its header has critical parameters that Postern does not know");
    }
    JOSEObjectType type = header.getType();
    String named = type == null ? "" : type.getType().toLowerCase(Locale.ROOT);
    if (type != null && !TYPES.contains(named)) {
      throw new TokenRefusedException(
          "its type is %s (expected: JWT or at+jwt)".formatted(OneLine.of(type.getType())));
    }
    if (accessTokensOnly && !named.endsWith("at+jwt")) {
      throw new TokenRefusedException("it does not say that it is an access token (at+jwt)");
    }
    return algorithm;
  }

  private void proveSignature(
      JWSObject token, @Nullable String id, Algorithm algorithm, Deadline deadline)
      throws TokenRefusedException, IssuerException {
    KeySet known = keys.current(deadline);
    List<PublicKey> candidates = known.candidates(id, algorithm);
    // A name that is known settles it; without one, a new key may have signed.
    if (candidates.isEmpty() || (id == null && !isSigned(token, algorithm, candidates))) {
      KeySet newer = keys.newerThan(known, deadline);
      candidates = newer == null ? candidates : newer.candidates(id, algorithm);
    }
    if (candidates.isEmpty()) {
      throw new TokenRefusedException(
          id == null
              ? "the issuer has no key for " + algorithm
              : "the issuer has no key \"%s\" for %s".formatted(OneLine.of(id), algorithm));
    }
    if (!isSigned(token, algorithm, candidates)) {
      throw new TokenRefusedException("its signature is wrong");
    }
  }

  private boolean isSigned(JWSObject token, Algorithm algorithm, List<PublicKey> candidates) {
    return candidates.stream().anyMatch(key -> isSigned(token, algorithm, key));
  }

  private boolean isSigned(JWSObject token, Algorithm algorithm, PublicKey key) {
    try {
      if (algorithm == Algorithm.ED_DSA) {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update(token.getSigningInput());
        return signature.verify(token.getSignature().decode());
      }
      return verifiers
          .createJWSVerifier(token.getHeader(), key)
          .verify(token.getHeader(), token.getSigningInput(), token.getSignature());
    } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
      return false;
    }
  }

  private static Claims claims(JWSObject token) throws TokenRefusedException {
    try {
      byte[] payload = token.getPayload().toBytes();
      return new Claims(
          JSONObjectUtils.parse(
              StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString()));
    } catch (ParseException | CharacterCodingException | RuntimeException | StackOverflowError e) {
      throw new TokenRefusedException("its claims cannot be read");
    }
  }
}
