/**
 * Sections of configuration that routers have in common: a server, TLS towards it, the login there,
 * the pool. They are records for a router's own configuration record, so that operators find the
 * same keys, with the same meaning and the same error messages, in every router's.
 */
@NullMarked
package dev.postern.api.routing.settings;

import org.jspecify.annotations.NullMarked;
