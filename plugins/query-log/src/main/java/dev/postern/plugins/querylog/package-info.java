/**
 * Interceptor that writes one structured line per statement: who ran what, how long it took and how
 * many rows it touched. On the event loop it only keeps the order of what was asked, so that every
 * answer finds its statement in pipelines, batches and cursors too; text is cut, redacted and
 * written by a thread of its own, behind a queue with a bound. It never holds a session up: when
 * the queue is full, lines are dropped and counted, and the log says so where they are missing.
 */
@NullMarked
package dev.postern.plugins.querylog;

import org.jspecify.annotations.NullMarked;
