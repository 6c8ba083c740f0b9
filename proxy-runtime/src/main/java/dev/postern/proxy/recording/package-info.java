/**
 * Reads what the plugin {@code recorder} writes. The two share a format, which the plugin's README
 * describes, and no code: the plugin is loaded apart from Postern, and a recording may come from
 * another machine, so a reader trusts nothing in it. A recording is a CBOR sequence (RFC 8742): a
 * map that says what it is, an array for every message, and an array for the end, if there was one.
 */
@NullMarked
package dev.postern.proxy.recording;

import org.jspecify.annotations.NullMarked;
