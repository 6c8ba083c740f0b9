package dev.postern.plugins.oauth;

/** Proves tokens. Safe for use by many threads; blocks. */
interface Tokens {
  /**
   * What a token says, if it is the issuer's, is for Postern and counts now.
   *
   * @throws TokenRefusedException if it lets nobody in
   * @throws IssuerException if that cannot be decided
   */
  Claims prove(String token, Deadline deadline) throws TokenRefusedException, IssuerException;
}
