package dev.postern.proxy.plugin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what keeps plugins from being loaded. One thread. */
final class PluginProblems {
  private final List<PluginProblem> found = new ArrayList<>();
  private @Nullable Throwable cause;

  void add(String place, String reason, String remedy) {
    found.add(new PluginProblem(place, reason, remedy));
  }

  /** Reports that code of a plugin failed; {@code during} says at what. */
  void add(String place, String during, Throwable failure) {
    LoadFailure described = LoadFailure.of(failure);
    add(place, during + described.reason(), described.remedy());
    if (cause == null) {
      cause = failure;
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  void throwIfAny() throws PluginLoadException {
    if (!found.isEmpty()) {
      throw toException();
    }
  }

  PluginLoadException toException() {
    return new PluginLoadException(found, cause);
  }
}
