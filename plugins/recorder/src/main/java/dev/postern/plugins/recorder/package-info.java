/**
 * Interceptor that writes a session's messages to a file, redacted as configured, so that what
 * happened can be read later.
 */
@NullMarked
package dev.postern.plugins.recorder;

import org.jspecify.annotations.NullMarked;
