package dev.postern.plugins.limits;

import dev.postern.api.intercept.NameChanges;

/**
 * What a name stands for.
 *
 * @param changes what it makes of names when it is executed
 */
record Prepared(Shape shape, NameChanges changes) {
  static final Prepared UNKNOWN = new Prepared(Shape.UNKNOWN, NameChanges.ANY);
}
