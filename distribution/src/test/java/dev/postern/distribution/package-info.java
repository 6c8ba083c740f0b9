/**
 * The distribution from outside: its start script, its zips unpacked and run as a user would, and
 * what {@code ./quickstart} and the build do with them.
 */
@NullMarked
package dev.postern.distribution;

import org.jspecify.annotations.NullMarked;
