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

  /**
   * Counts what the instance threw, and makes of it what ends a session and not the thread that
   * serves it: a class may be missing at this late time, an assertion fail, a recursion not end.
   * What the JVM itself has come to passes as it is.
   */
  RuntimeException failure(Throwable thrown, Calls calls) {
    calls.failed();
    return switch (thrown) {
      case RuntimeException e -> e;
      case LinkageError e -> failure(LoadFailure.of(e).reason(), e);
      case StackOverflowError e -> failure(e.toString(), e);
      case VirtualMachineError e -> throw e;
      default -> failure(thrown.toString(), thrown);
    };
  }

  private IllegalStateException failure(String reason, Throwable cause) {
    return new IllegalStateException("plugin " + instance + " of " + jar + ": " + reason, cause);
  }

  <T> T present(@Nullable T value, String what) {
    if (value == null) {
      throw new IllegalStateException(
          "plugin " + instance + " of " + jar + " did not give " + what);
    }
    return value;
  }
}
