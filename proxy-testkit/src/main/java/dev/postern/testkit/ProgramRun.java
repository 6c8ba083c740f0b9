package dev.postern.testkit;

/**
 * How a program ended.
 *
 * @param name the program
 * @param exitCode 0 for success; 128 and the signal's number where one ended it
 * @param output its standard output
 * @param errors its standard error
 */
public record ProgramRun(String name, int exitCode, String output, String errors) {
  /** Throws, with what the program printed, unless it ended with 0. */
  public ProgramRun expectSuccess() {
    if (exitCode != 0) {
      throw new AssertionError(name + " failed: " + this);
    }
    return this;
  }

  /** Throws, with what the program printed, if it ended with 0. */
  public ProgramRun expectFailure() {
    if (exitCode == 0) {
      throw new AssertionError(name + " succeeded: " + this);
    }
    return this;
  }

  /** The output without white space around it. */
  public String trimmedOutput() {
    return output.strip();
  }

  @Override
  public String toString() {
    return "%s ended with %d%noutput:%n%s%nerrors:%n%s".formatted(name, exitCode, output, errors);
  }
}
