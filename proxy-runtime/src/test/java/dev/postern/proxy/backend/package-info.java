/**
 * Tests of the login to servers: scripted ones for what no real server does, real ones for the
 * rest.
 */
@NullMarked
package dev.postern.proxy.backend;

import org.jspecify.annotations.NullMarked;
