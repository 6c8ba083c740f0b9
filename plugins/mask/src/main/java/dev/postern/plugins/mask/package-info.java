/**
 * The bundled interceptor {@code mask}: hides the values of columns in results, by policy. {@code
 * MaskedSession} is one session's conversation; {@code StatementReading} says of a statement's text
 * whether it can use a masked column, {@code ResultGate} of a result's columns where they come
 * from; {@code Catalog} knows what the names of the policies mean on a server. What cannot be shown
 * to be safe is refused.
 */
@NullMarked
package dev.postern.plugins.mask;

import org.jspecify.annotations.NullMarked;
