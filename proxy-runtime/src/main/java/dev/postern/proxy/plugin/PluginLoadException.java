package dev.postern.proxy.plugin;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The plugins cannot be loaded. Each line of the message is a problem. */
public final class PluginLoadException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an unmodifiable list of records, never sent anywhere
  private final List<PluginProblem> problems;

  PluginLoadException(List<PluginProblem> problems, @Nullable Throwable cause) {
    super(problems.stream().map(PluginProblem::toString).collect(Collectors.joining("\n")), cause);
    this.problems = List.copyOf(problems);
  }

  /** One or more. */
  public List<PluginProblem> problems() {
    return problems;
  }
}
