/**
 * Bytes to message records and back, over Netty's buffers (PostgreSQL documentation, "Message
 * Formats"). The codec does not cut the stream: whoever does reads a type byte and a length word,
 * asks {@code bodyLength} whether to go on, and hands over a slice that holds exactly one body, of
 * which nothing may be left. Nothing is ever allocated by a length or a count before the bytes are
 * there. Everything malformed is a {@link dev.postern.proxy.codec.ProtocolException} that names
 * message, field, value and what was expected, and never quotes content.
 *
 * <p>All functions are stateless and safe for any thread; buffers stay their caller's, who releases
 * them.
 */
@NullMarked
package dev.postern.proxy.codec;

import org.jspecify.annotations.NullMarked;
