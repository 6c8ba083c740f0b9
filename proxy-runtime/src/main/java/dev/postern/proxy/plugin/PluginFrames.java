package dev.postern.proxy.plugin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds plugins in stack traces. */
public final class PluginFrames {
  /** The class loaders of plugins are called as the jars are shown. */
  private static final List<String> OTHER_LOADERS = List.of("app", "platform", "bootstrap");

  private PluginFrames() {}

  /** The innermost call of a plugin's code, whose class loader has the jar's name. */
  public static @Nullable StackTraceElement firstOf(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      String loader = frame.getClassLoaderName();
      if (loader != null && !OTHER_LOADERS.contains(loader)) {
        return frame;
      }
    }
    return null;
  }
}
