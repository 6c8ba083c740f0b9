package dev.postern.proxy.plugin;

import org.jspecify.annotations.Nullable;

/**
 * Where an instance came from.
 *
 * @param instance its name
 * @param jar as the operator knows it
 */
record Origin(String instance, String jar, ClassLoader loader) {

  LoaderScope enter() {
    return LoaderScope.enter(loader);
  }

  /** A class that is missing at this late time ends a session and not the thread that serves it. */
  IllegalStateException failure(LinkageError e) {
    return new IllegalStateException(
        "plugin " + instance + " of " + jar + ": " + LoadFailure.of(e).reason(), e);
  }

  <T> T present(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalStateException(
          "plugin " + instance + " of " + jar + " did not give " + what);
    }
    return value;
  }
}
