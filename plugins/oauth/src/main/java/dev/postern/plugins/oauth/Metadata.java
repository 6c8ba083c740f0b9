package dev.postern.plugins.oauth;

import java.net.URI;

/** Where an issuer says how it works. */
enum Metadata {
  /** OpenID Connect Discovery 1.0, section 4. */
  OPENID_CONFIGURATION("openid-configuration"),

  /** RFC 8414, section 3. */
  OAUTH_AUTHORIZATION_SERVER("oauth-authorization-server");

  private static final String WELL_KNOWN = "/.well-known/";

  private final String suffix;

  Metadata(String suffix) {
    this.suffix = suffix;
  }

  /** The first has it behind the issuer's path, the second before. */
  URI of(URI issuer) {
    String text = issuer.toString();
    return forClients(
        text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : issuer);
  }

  /**
   * As PostgreSQL puts it together, so that libpq finds the issuer in it, to the letter: a slash at
   * the issuer's end stays.
   */
  URI forClients(URI issuer) {
    if (this == OPENID_CONFIGURATION) {
      return URI.create(issuer + WELL_KNOWN + suffix);
    }
    String path = issuer.getRawPath() == null ? "" : issuer.getRawPath();
    return URI.create(
        issuer.getScheme() + "://" + issuer.getRawAuthority() + WELL_KNOWN + suffix + path);
  }
}
