/**
 * TLS on both legs: certificates, keys and the Netty contexts made of them.
 *
 * <p>A {@link dev.postern.proxy.tls.TlsRuntime} chooses the provider (BoringSSL where its natives
 * load, else the JDK's) and owns the bounded threads on which handshakes compute. {@link
 * dev.postern.proxy.tls.ServerTls} is a listener's side: it reads certificate and key, follows
 * their files, and hands out one {@link dev.postern.proxy.tls.ServerHandshake} per connection, in
 * which handler and certificate hash always belong together. {@link
 * dev.postern.proxy.tls.BackendTlsContexts} is the side towards servers, with libpq's meaning of
 * {@code sslmode}. Nothing here reads or writes a byte of the PostgreSQL protocol, and nothing
 * outlives {@code close}: BoringSSL's contexts are native memory and are counted.
 */
@NullMarked
package dev.postern.proxy.tls;

import org.jspecify.annotations.NullMarked;
