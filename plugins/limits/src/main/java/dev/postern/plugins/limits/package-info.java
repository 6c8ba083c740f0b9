/**
 * Interceptor that bounds what sessions ask of servers: statements, rows and bytes in a time, and
 * statements at once, per user, database, route, address, application or statement. A limit has a
 * bucket for each of those it tells apart; a bucket is a few numbers that are changed without a
 * lock, found once for a session and kept. Who finds one empty is refused, or waits in its queue
 * for a bounded time, first come, first served. What a statement will give is not known before it
 * has run, so rows and bytes are taken afterwards: such a bucket can be in debt, and lets nobody
 * pass until that is paid off.
 */
@NullMarked
package dev.postern.plugins.limits;

import org.jspecify.annotations.NullMarked;
