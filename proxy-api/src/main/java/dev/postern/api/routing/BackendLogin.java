package dev.postern.api.routing;

import dev.postern.api.Secret;
import org.jspecify.annotations.Nullable;

/**
 * How Postern logs in to the server. The server decides what it asks for; Postern answers a SCRAM
 * request with the client's own key if {@code clientKey} allows it and the verifiers are the same,
 * else with a password: {@code password}, else the user's mapping in the store if {@code
 * userMapping} allows it. A server that asks for nothing (trust, or a client certificate) gets
 * nothing.
 *
 * @param user the role; {@code null}: the name that the client proved
 * @param clientKey whether the key recovered from the client's SCRAM proof may be used
 * @param password the role's password, or {@code null}. Not closed by Postern: it belongs to the
 *     router
 * @param userMapping whether a mapping in the user store may give the role and its password
 * @param cleartextWithoutTls whether the password may be sent in clear over an unencrypted
 *     connection; leave it off
 */
public record BackendLogin(
    @Nullable String user,
    boolean clientKey,
    @Nullable Secret password,
    boolean userMapping,
    boolean cleartextWithoutTls) {
  /** The client's own name, by its own key, else by a mapping. */
  public static final BackendLogin AS_CLIENT = new BackendLogin(null, true, null, true, false);
}
