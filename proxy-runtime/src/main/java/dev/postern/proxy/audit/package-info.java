/**
 * Checks what the plugin {@code audit} writes. The two share a format, which the plugin's README
 * describes, and no code: the plugin is loaded apart from Postern, and a check that has the
 * writer's faults is none. A log is a sequence of files of records, one JSON object on a line; each
 * record ends with the hash of the one before it and, over all its bytes up to there, its own.
 */
@NullMarked
package dev.postern.proxy.audit;

import org.jspecify.annotations.NullMarked;
