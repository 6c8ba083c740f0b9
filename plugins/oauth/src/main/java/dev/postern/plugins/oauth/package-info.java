/**
 * Authenticator that takes bearer tokens of an OAuth 2.0 or OpenID Connect issuer, by PostgreSQL
 * 18's OAUTHBEARER (RFC 7628) or, from clients that do not speak it, as the password. What the
 * client sent is read by {@link dev.postern.plugins.oauth.ClientMessage}; {@link
 * dev.postern.plugins.oauth.SignedTokens} proves it with the keys that {@link
 * dev.postern.plugins.oauth.SigningKeys} keeps of the issuer; {@link
 * dev.postern.plugins.oauth.Admission} makes of its claims a user. The issuer is asked on threads
 * of the instance, by one request at a time, never by a login itself: a login waits, with a
 * deadline. Nothing of a token is logged but its issuer, its subject and a hash of its identifier.
 */
@NullMarked
package dev.postern.plugins.oauth;

import org.jspecify.annotations.NullMarked;
