package dev.postern.plugins.oauth;

import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Proves tokens by asking the issuer about each (RFC 7662). What it says counts only if it says as
 * much as a signed token would: for whom the token is, with which scopes, and until when. Safe for
 * use by many threads.
 */
final class IntrospectedTokens implements Tokens {
  /** RFC 6750, section 2.1. */
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

  private final IntrospectionConfig config;
  private final String issuer;
  private final int longest;
  private final IssuerHttp http;
  private final ClaimChecks checks;
  private final Semaphore places;

  IntrospectedTokens(
      OauthConfig config, IntrospectionConfig introspection, IssuerHttp http, ClaimChecks checks) {
    this.config = introspection;
    this.issuer = config.issuer().toString();
    this.longest = config.limits().effectiveToken();
    this.http = http;
    this.checks = checks;
    this.places = new Semaphore(introspection.effectiveConcurrent(), true);
  }

  @Override
  public Claims prove(String token, Deadline deadline)
      throws TokenRefusedException, IssuerException {
    if (token.length() > longest) {
      throw new TokenRefusedException("it is longer than limits.token (" + longest + " bytes)");
    }
    if (!FORM.matcher(token).matches()) {
      throw new TokenRefusedException("it is no token");
    }
    Map<String, Object> answer = inTurn(token, deadline);
    if (!Boolean.TRUE.equals(answer.get("active"))) {
      throw new TokenRefusedException("the issuer says that it does not count");
    }
    // Of a refresh token, too, an issuer says that it is active.
    Object type = answer.get("token_type");
    if (type != null && !(type instanceof String text && text.equalsIgnoreCase("Bearer"))) {
      throw new TokenRefusedException("the issuer says that it is no bearer token");
    }
    Map<String, Object> values = new HashMap<>(answer);
    values.putIfAbsent("iss", issuer); // who was asked
    Claims claims = new Claims(values);
    checks.check(claims);
    return claims;
  }

  private Map<String, Object> inTurn(String token, Deadline deadline) throws IssuerException {
    try {
      if (!places.tryAcquire(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
        throw new IssuerException(
            "introspection.concurrent questions are under way, and timeouts.login has passed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IssuerException("the login was ended from outside", e);
    }
    try {
      return http.send(question(token), deadline);
    } finally {
      places.release();
    }
  }

  private HttpRequest.Builder question(String token) {
    return HttpRequest.newBuilder(config.address())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Authorization", "Basic " + credentials())
        .POST(BodyPublishers.ofString("token=" + encoded(token) + "&token_type_hint=access_token"));
  }

  /** RFC 6749, section 2.3.1. */
  private String credentials() {
    String both =
        encoded(config.clientId()) + ":" + encoded(new String(config.clientSecret().toChars()));
    return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.US_ASCII));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
