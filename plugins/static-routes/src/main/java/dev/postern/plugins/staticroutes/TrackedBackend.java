package dev.postern.plugins.staticroutes;

import dev.postern.api.routing.Backend;

/**
 * A backend with what is known of it; one for all routes that name it with the same TLS settings.
 */
record TrackedBackend(Backend backend, Health health, Load load) {}
