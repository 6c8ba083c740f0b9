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
    String base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    if (this == OPENID_CONFIGURATION) {
      return URI.create(base + WELL_KNOWN + suffix);
    }
    String path = issuer.getRawPath() == null ? "" : issuer.getRawPath();
    String own = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return URI.create(
        issuer.getScheme() + "://" + issuer.getRawAuthority() + WELL_KNOWN + suffix + own);
  }
}
