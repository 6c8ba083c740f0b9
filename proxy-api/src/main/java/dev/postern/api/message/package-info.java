/**
 * The messages of the frontend/backend protocol, versions 3.0 and 3.2, one record each, with the names and fields of the PostgreSQL
 * documentation's chapter "Message Formats". Records are immutable; lengths and type bytes belong to the wire and are not here.
 */
@NullMarked
package dev.postern.api.message;

import org.jspecify.annotations.NullMarked;
