/**
 * The whole way: a client, Postern with its bundled plugins as jars, a PostgreSQL server. Real
 * clients and servers wherever they can show a promise; a scripted peer where they would not
 * misbehave.
 */
@NullMarked
package dev.postern.it;

import org.jspecify.annotations.NullMarked;
