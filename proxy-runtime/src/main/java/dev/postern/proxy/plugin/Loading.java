package dev.postern.proxy.plugin;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Runs code of plugins that comes before they serve, their constructors and {@code create}, on a
 * thread of its own: it may never come back.
 */
final class Loading {
  @FunctionalInterface
  interface Work<R> {
    R load() throws PluginLoadException;
  }

  private Loading() {}

  /**
   * Waits for what is loaded.
   *
   * @param patience for how long; the thread is interrupted then, and left to itself
   * @param unwanted given what comes too late, on the other thread
   * @throws PluginLoadException the work's, or that it does not come to its end
   */
  static <R> R within(Duration patience, Work<R> work, Consumer<? super R> unwanted)
      throws PluginLoadException {
    CompletableFuture<R> loaded = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform().name("plugin-load").daemon().start(() -> load(work, loaded, unwanted));
    try {
      if (!thread.join(patience)
          && loaded.completeExceptionally(late(thread.getStackTrace(), patience))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      loaded.completeExceptionally(refused("plugins", "were not loaded: interrupted", "try again"));
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
    return result(loaded);
  }

  private static <R> void load(
      Work<R> work, CompletableFuture<R> loaded, Consumer<? super R> unwanted) {
    try {
      R result = work.load();
      if (!loaded.complete(result)) {
        unwanted.accept(result);
      }
    } catch (Throwable e) {
      loaded.completeExceptionally(e);
    }
  }

  private static <R> R result(CompletableFuture<R> loaded) throws PluginLoadException {
    try {
      return loaded.join();
    } catch (CompletionException e) {
      switch (e.getCause()) {
        case PluginLoadException problems -> throw problems;
        case Error error -> throw error;
        case RuntimeException failure -> throw failure;
        case null, default -> throw e;
      }
    }
  }

  private static PluginLoadException late(StackTraceElement[] stack, Duration patience) {
    StackTraceElement culprit = PluginFrames.firstOf(stack);
    String jar = culprit == null ? "plugins" : String.valueOf(culprit.getClassLoaderName());
    String where =
        culprit == null
            ? ""
            : ": it is in %s.%s, line %d"
                .formatted(
                    culprit.getClassName(), culprit.getMethodName(), culprit.getLineNumber());
    return refused(
        jar,
        "not loaded after %d s%s".formatted(patience.toSeconds(), where),
        "see the plugin's documentation, or remove the plugin");
  }

  private static PluginLoadException refused(String place, String reason, String remedy) {
    PluginProblems problems = new PluginProblems();
    problems.add(place, reason, remedy);
    return problems.toException();
  }
}
