package dev.postern.plugins.oauth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a token that is the issuer's is for Postern, and counts now. */
final class ClaimChecks {
  private final OauthConfig config;
  private final InstantSource clock;

  ClaimChecks(OauthConfig config, InstantSource clock) {
    this.config = config;
    this.clock = clock;
  }

  void check(Claims claims) throws TokenRefusedException {
    Object issuer = claims.values().get("iss");
    if (!config.issuer().toString().equals(issuer)) {
      throw new TokenRefusedException(
          "it is of issuer \"%s\"".formatted(OneLine.of(String.valueOf(issuer))));
    }
    if (claims.texts("aud").stream().noneMatch(config.audience()::contains)) {
      throw new TokenRefusedException(
          "it is for %s (expected: one of %s)"
              .formatted(OneLine.of(claims.texts("aud").toString()), config.audience()));
    }
    checkTimes(claims);
    // Only whoever has a key as well may use it (RFC 7800), and nobody proves that here.
    if (claims.has("cnf")) {
      throw new TokenRefusedException("it is bound to a key (cnf), and no bearer token");
    }
    for (Map.Entry<String, String> required : config.effectiveRequiredClaims().entrySet()) {
      if (!claims.texts(required.getKey()).contains(required.getValue())) {
        throw new TokenRefusedException(
            "its claim %s is not \"%s\"".formatted(required.getKey(), required.getValue()));
      }
    }
    checkScopes(claims);
  }

  private void checkTimes(Claims claims) throws TokenRefusedException {
    Instant now = clock.instant();
    Duration skew = config.effectiveClockSkew();
    Instant expires = claims.time("exp");
    if (expires == null) {
      throw new TokenRefusedException("it does not say when it expires (exp)");
    }
    if (!now.isBefore(expires.plus(skew))) {
      throw new TokenRefusedException("it expired at " + expires);
    }
    Instant notBefore = claims.time("nbf");
    if (notBefore == null && config.requireNotBefore() != null && config.requireNotBefore()) {
      throw new TokenRefusedException("it does not say from when on it counts (nbf)");
    }
    if (notBefore != null && now.plus(skew).isBefore(notBefore)) {
      throw new TokenRefusedException("it does not count before " + notBefore);
    }
    Instant issued = claims.time("iat");
    if (issued != null && now.plus(skew).isBefore(issued)) {
      throw new TokenRefusedException("it will be made at " + issued);
    }
    checkLife(issued, expires);
  }

  private void checkLife(@Nullable Instant issued, Instant expires) throws TokenRefusedException {
    Duration longest = config.longestLife();
    if (longest == null) {
      return;
    }
    if (issued == null) {
      throw new TokenRefusedException("it does not say when it was made (iat)");
    }
    if (Duration.between(issued, expires).compareTo(longest) > 0) {
      throw new TokenRefusedException("it is valid for longer than " + longest);
    }
  }

  private void checkScopes(Claims claims) throws TokenRefusedException {
    if (config.scopes().isEmpty()) {
      return;
    }
    // Some issuers write scp, as a text or as a list.
    List<String> said = claims.texts(claims.has("scope") ? "scope" : "scp");
    Set<String> scopes = new HashSet<>();
    said.forEach(text -> scopes.addAll(Arrays.asList(text.split(" ", -1))));
    for (String scope : config.scopes()) {
      if (!scopes.contains(scope)) {
        throw new TokenRefusedException(
            TokenRefusedException.Status.INSUFFICIENT_SCOPE, "it lacks the scope " + scope);
      }
    }
  }
}
