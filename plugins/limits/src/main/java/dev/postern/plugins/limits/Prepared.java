package dev.postern.plugins.limits;

/**
 * What a name stands for.
 *
 * @param changesNames whether it may give or take names when it is executed
 */
record Prepared(Shape shape, boolean changesNames) {
  static final Prepared UNKNOWN = new Prepared(Shape.UNKNOWN, true);
}
