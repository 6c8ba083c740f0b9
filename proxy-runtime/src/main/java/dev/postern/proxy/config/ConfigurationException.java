package dev.postern.proxy.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** The configuration cannot be used. Holds everything that is wrong with it; shows no secret. */
public final class ConfigurationException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // an unmodifiable list of records, never sent anywhere
  private final List<Problem> problems;

  ConfigurationException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** One or more, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
