/**
 * Clients that share server connections. What they see must be what they would see without Postern,
 * and nothing of each other: differences are sought, leaks hunted, servers and clients ended at any
 * moment.
 */
@NullMarked
package dev.postern.it.pooling;

import org.jspecify.annotations.NullMarked;
