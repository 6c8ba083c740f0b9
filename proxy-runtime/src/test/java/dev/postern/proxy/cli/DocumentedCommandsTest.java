package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@code postern} command in the project's pages is one that there is. */
final class DocumentedCommandsTest {
  private static final Path PROJECT = Path.of("..");

  /** Until a quote, a pipe, a redirection, a comment, or the end of the line. */
  private static final Pattern COMMAND = Pattern.compile("bin/postern((?: +[^`|<>#\\s]+)+)");

  record Documented(Path page, List<String> arguments) {
    @Override
    public String toString() {
      return page + ": " + String.join(" ", arguments);
    }
  }

  static List<Documented> commands() throws IOException {
    List<Documented> commands = new ArrayList<>();
    for (Path page : pages()) {
      // A span of code may go on in the next line of a paragraph.
      String text = Files.readString(page).replaceAll("(`[^`\n]*)\n([^`\n]*`)", "$1 $2");
      COMMAND
          .matcher(text)
          .results()
          .map(result -> List.of(result.group(1).strip().split(" +")))
          .filter(arguments -> !arguments.getFirst().equals("…"))
          .forEach(arguments -> commands.add(new Documented(PROJECT.relativize(page), arguments)));
    }
    return commands;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files =
        Files.find(
            PROJECT,
            6,
            (file, attributes) ->
                file.toString().endsWith(".md") && !file.toString().contains("target"))) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theCommandIsUnderstood(Documented command) {
    String[] arguments = command.arguments().toArray(String[]::new);

    assertThatCode(() -> Postern.commandLine(Terminal.SYSTEM, arguments).parseArgs(arguments))
        .doesNotThrowAnyException();
  }

  @Test
  void pagesShowCommands() throws Exception {
    assertThat(commands()).hasSizeGreaterThan(20);
  }
}
