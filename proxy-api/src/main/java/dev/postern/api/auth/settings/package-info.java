/**
 * Sections of configuration that authenticators have in common. They are records for an
 * authenticator's own configuration record, so that operators find the same keys, with the same
 * meaning and the same error messages, in every authenticator's.
 */
@NullMarked
package dev.postern.api.auth.settings;

import org.jspecify.annotations.NullMarked;
