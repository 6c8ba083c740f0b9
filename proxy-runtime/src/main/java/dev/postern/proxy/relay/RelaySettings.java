package dev.postern.proxy.relay;

import java.time.Duration;

/**
 * What the configuration says of relaying.
 *
 * @param maxDeclaredMessage the largest message that is kept whole for an interceptor, header
 *     included, in bytes
 * @param maxPreparedStatements what the prepared statements of a session in transaction or
 *     statement pooling may take, in bytes
 * @param interceptorTimeout how long an interceptor may take for a later verdict
 * @param departedTimeout how long a server may take for what a client asked before it went; zero:
 *     as long as it takes
 * @param countMessages whether to know exactly when a session is idle, which costs a look at every
 *     header
 */
public record RelaySettings(
    int maxDeclaredMessage,
    long maxPreparedStatements,
    Duration interceptorTimeout,
    Duration departedTimeout,
    boolean countMessages) {}
