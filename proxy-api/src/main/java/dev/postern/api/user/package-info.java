/**
 * Postern's own users, as plugins may see them: names, verifiers with their validity, and limits;
 * never a password.
 */
@NullMarked
package dev.postern.api.user;

import org.jspecify.annotations.NullMarked;
