package dev.postern.plugins.oauth;

import dev.postern.api.auth.settings.ChainSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param issuer who makes the tokens, exactly as it names itself in them
 * @param metadata which document of the issuer's says where its keys are, and is named to clients;
 *     {@code null}: {@link Metadata#OPENID_CONFIGURATION}
 * @param jwks where its keys are; {@code null}: where its document says
 * @param trust PEM file with the CAs that may have signed the certificates of these addresses;
 *     {@code null}: those of the Java platform
 * @param insecureHttp whether addresses on this machine may be without TLS; {@code null}: no
 * @param audience a token has to be for one of these
 * @param scopes a token has to have all of these; clients are told
 * @param algorithms signatures that count; {@code null}: all of {@link Algorithm}
 * @param requiredClaims what these claims of a token have to say
 * @param clockSkew by how much the issuer's clock may differ; {@code null}: 30 seconds
 * @param longestLife a token that was made for longer is refused; {@code null}: none is
 * @param requireNotBefore whether a token has to say from when on it counts; {@code null}: no
 * @param accessTokensOnly whether a token has to say that it is an access token (RFC 9068); {@code
 *     null}: no
 * @param endSessions whether a session ends when its token would let nobody in any more; {@code
 *     null}: no
 * @param user who may log in with a token, and as whom
 * @param role the role at servers; {@code null}: the session's name
 * @param groups the user's groups; {@code null}: they are not looked for
 * @param attributes names of the session's attributes, with the claims that they come from
 * @param password which clients give the token as their password; {@code null}: none
 * @param chain which logins are for this authenticator, where several stand in a row; {@code null}:
 *     all
 * @param introspection how the issuer is asked about tokens that only it can read; {@code null}:
 *     they are refused
 */
public record OauthConfig(
    URI issuer,
    @Nullable Metadata metadata,
    @Nullable URI jwks,
    @Nullable Path trust,
    @Nullable Boolean insecureHttp,
    List<String> audience,
    List<String> scopes,
    @Nullable List<Algorithm> algorithms,
    @Nullable Map<String, String> requiredClaims,
    @Nullable Duration clockSkew,
    @Nullable Duration longestLife,
    @Nullable Boolean requireNotBefore,
    @Nullable Boolean accessTokensOnly,
    @Nullable Boolean endSessions,
    UserConfig user,
    @Nullable RoleConfig role,
    @Nullable GroupsConfig groups,
    @Nullable Map<String, String> attributes,
    @Nullable PasswordConfig password,
    @Nullable ChainSettings chain,
    @Nullable IntrospectionConfig introspection,
    KeysConfig keys,
    TimeoutsConfig timeouts,
    LimitsConfig limits) {
  /** RFC 6749, section 3.3. */
  private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

  /** libpq takes no challenge that is longer than some 2000 bytes. */
  private static final int LONGEST_SCOPES = 512;

  private static final Duration MOST_SKEW = Duration.ofMinutes(5);

  public OauthConfig {
    audience = List.copyOf(audience);
    scopes = List.copyOf(scopes);
    algorithms = algorithms == null ? null : List.copyOf(algorithms);
    requiredClaims = requiredClaims == null ? null : Map.copyOf(requiredClaims);
    attributes = attributes == null ? null : Map.copyOf(attributes);
    boolean http = insecureHttp != null && insecureHttp;
    Web.check("issuer", issuer, http);
    if (issuer.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "issuer: " + OneLine.of(issuer.toString()) + " (expected: nothing behind a ?)");
    }
    Web.check("jwks", jwks, http);
    if (introspection != null) {
      Web.check("introspection", introspection.address(), http);
    }
    if (trust != null) {
      Trust.check("trust", trust);
    }
    checkAudience(audience);
    checkScopes(scopes);
    if (algorithms != null && algorithms.isEmpty()) {
      throw new IllegalArgumentException("algorithms: none (expected: one or more)");
    }
    if (requiredClaims != null) {
      requiredClaims.keySet().forEach(claim -> Claims.checkPath("requiredClaims", claim));
    }
    if (clockSkew != null && (clockSkew.isNegative() || clockSkew.compareTo(MOST_SKEW) > 0)) {
      throw new IllegalArgumentException("clockSkew: out of range (expected: 0s..5m)");
    }
    if (longestLife != null && !longestLife.isPositive()) {
      throw new IllegalArgumentException("longestLife: not positive (expected: more than 0s)");
    }
    if (attributes != null) {
      checkAttributes(attributes, groups);
    }
  }

  private static void checkAudience(List<String> audience) {
    if (audience.isEmpty() || audience.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException(
          "audience: none, or an empty one (expected: what tokens for Postern say in aud)");
    }
  }

  private static void checkScopes(List<String> scopes) {
    for (String scope : scopes) {
      if (!SCOPE.matcher(scope).matches()) {
        throw new IllegalArgumentException(
            "scopes: \"%s\" (expected: RFC 6749, section 3.3)".formatted(OneLine.of(scope)));
      }
    }
    if (String.join(" ", scopes).length() > LONGEST_SCOPES) {
      throw new IllegalArgumentException(
          "scopes: too long (expected: " + LONGEST_SCOPES + " characters or less in all)");
    }
  }

  private static void checkAttributes(
      Map<String, String> attributes, @Nullable GroupsConfig groups) {
    attributes.forEach(
        (name, claim) -> {
          if (name.isBlank()) {
            throw new IllegalArgumentException("attributes: a name is empty");
          }
          Claims.checkPath("attributes", claim);
        });
    if (groups != null && attributes.containsKey(groups.effectiveAttribute())) {
      throw new IllegalArgumentException(
          "attributes: \"" + groups.effectiveAttribute() + "\" is the name of the groups");
    }
  }

  boolean effectiveInsecureHttp() {
    return insecureHttp != null && insecureHttp;
  }

  private Metadata effectiveMetadata() {
    return metadata == null ? Metadata.OPENID_CONFIGURATION : metadata;
  }

  /** Where the address of the keys is. */
  URI metadataAddress() {
    return effectiveMetadata().of(issuer);
  }

  /** What clients are told to read. */
  URI metadataForClients() {
    return effectiveMetadata().forClients(issuer);
  }

  Set<Algorithm> effectiveAlgorithms() {
    return algorithms == null ? EnumSet.allOf(Algorithm.class) : EnumSet.copyOf(algorithms);
  }

  Map<String, String> effectiveRequiredClaims() {
    return requiredClaims == null ? Map.of() : requiredClaims;
  }

  Duration effectiveClockSkew() {
    return clockSkew == null ? Duration.ofSeconds(30) : clockSkew;
  }

  boolean effectiveEndSessions() {
    return endSessions != null && endSessions;
  }

  Map<String, String> effectiveAttributes() {
    return attributes == null ? Map.of() : attributes;
  }
}
