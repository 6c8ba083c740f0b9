package dev.postern.plugins.oauth;

import dev.postern.api.Secret;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How the issuer is asked about tokens that only it can read (RFC 7662).
 *
 * @param address where it is asked
 * @param clientId in whose name
 * @param clientSecret that client's secret
 * @param alsoSigned whether signed tokens are asked about too, so that those count no longer that
 *     were taken back; {@code null}: no
 * @param concurrent how many questions may be under way; other logins wait for their turn; {@code
 *     null}: 20
 */
public record IntrospectionConfig(
    URI address,
    String clientId,
    Secret clientSecret,
    @Nullable Boolean alsoSigned,
    @Nullable Integer concurrent) {
  public IntrospectionConfig {
    if (clientId.isBlank()) {
      throw new IllegalArgumentException("clientId: empty");
    }
    if (clientSecret.isEmpty()) {
      throw new IllegalArgumentException("clientSecret: empty");
    }
    if (concurrent != null && (concurrent < 1 || concurrent > 1000)) {
      throw new IllegalArgumentException("concurrent: " + concurrent + " (expected: 1..1000)");
    }
  }

  boolean effectiveAlsoSigned() {
    return alsoSigned != null && alsoSigned;
  }

  int effectiveConcurrent() {
    return concurrent == null ? 20 : concurrent;
  }
}
