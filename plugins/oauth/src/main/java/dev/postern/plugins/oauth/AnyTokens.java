package dev.postern.plugins.oauth;

/**
 * Signed tokens by their signature, others by asking the issuer.
 *
 * @param bothForSigned whether the issuer is asked about signed ones too
 */
record AnyTokens(SignedTokens signed, Tokens introspected, boolean bothForSigned)
    implements Tokens {
  @Override
  public Claims prove(String token, Deadline deadline)
      throws TokenRefusedException, IssuerException {
    if (!SignedTokens.isOne(token)) {
      return introspected.prove(token, deadline);
    }
    Claims claims = signed.prove(token, deadline);
    if (bothForSigned) {
      introspected.prove(token, deadline);
    }
    return claims;
  }
}
