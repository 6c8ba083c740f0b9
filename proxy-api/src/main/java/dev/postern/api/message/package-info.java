/**
 * The messages of the frontend/backend protocol, versions 3.0 and 3.2, one record each, with the
 * names and fields of the PostgreSQL documentation's chapter "Message Formats". Records are
 * immutable; lengths and type bytes belong to the wire and are not here. Lists keep the order of
 * the wire, and {@code null} in a list of values is NULL.
 *
 * <p>Text is read as UTF-8. A client may have set another {@code client_encoding}: what is not
 * UTF-8 in a statement or a name then reads as U+FFFD. A message let through unchanged still goes
 * on as its original bytes; one that is replaced is encoded in UTF-8. Names of a StartupMessage
 * that are not UTF-8 are refused, so that no two of them can look the same.
 *
 * <p>{@code toString} of these records shows no password, no key, no statement and no value, so
 * that they can be logged.
 */
@NullMarked
package dev.postern.api.message;

import org.jspecify.annotations.NullMarked;
