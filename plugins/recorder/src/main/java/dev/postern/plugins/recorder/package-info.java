/**
 * Interceptor that writes a session's messages to a file, redacted as configured, so that what
 * happened can be read later with {@code postern recording show}. On the event loop a message is
 * only weighed and queued; a thread of its own redacts, encodes (CBOR, RFC 8949; the format is
 * described in the plugin's README) and writes. Memory and disk are bounded: a recording that
 * cannot go on, because the queue, the file or the directory is full or the disk fails, ends with a
 * marker and a line in the log, and its session goes on.
 */
@NullMarked
package dev.postern.plugins.recorder;

import org.jspecify.annotations.NullMarked;
