package dev.postern.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A program to run, with what it is given. Immutable; each method gives a new one. It does not see
 * the {@code PG…} variables of the environment that the tests run in.
 */
public final class Program {
  private static final Pattern VERSION = Pattern.compile("(\\d+)(\\.\\d+)*");

  private final Path file;
  private final List<String> arguments;
  private final Map<String, String> environment;
  private final String input;
  private final @Nullable Path directory;

  Program(Path file) {
    this(file, List.of(), Map.of(), "", null);
  }

  private Program(
      Path file,
      List<String> arguments,
      Map<String, String> environment,
      String input,
      @Nullable Path directory) {
    this.file = file;
    this.arguments = arguments;
    this.environment = environment;
    this.input = input;
    this.directory = directory;
  }

  /** Adds arguments. */
  public Program with(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return new Program(file, all, environment, input, directory);
  }

  /** Adds a variable to the environment. */
  public Program environment(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put(name, value);
    return new Program(file, arguments, all, input, directory);
  }

  /** What the program reads from its standard input; nothing, unless said. */
  public Program input(String text) {
    return new Program(file, arguments, environment, text, directory);
  }

  /** Where the program runs. */
  public Program in(Path where) {
    return new Program(file, arguments, environment, input, where);
  }

  /** Runs it for at most a minute and waits for its end. */
  public ProgramRun run() {
    try (RunningProgram running = start()) {
      return running.await(RunningProgram.LIMIT);
    }
  }

  /** Starts it; the caller closes it. */
  public RunningProgram start() {
    List<String> command = new ArrayList<>();
    command.add(file.toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("TZ", "UTC");
    builder.environment().putAll(environment);
    if (directory != null) {
      builder.directory(directory.toFile());
    }
    return RunningProgram.start(file.getFileName().toString(), builder, input);
  }

  /** The first number that {@code --version} prints: the major version. */
  public int majorVersion() {
    ProgramRun run = new Program(file).with("--version").run();
    Matcher matcher = VERSION.matcher(run.output());
    if (!matcher.find()) {
      throw new IllegalStateException(file + " --version printed: " + run.output());
    }
    return Integer.parseInt(matcher.group(1));
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
