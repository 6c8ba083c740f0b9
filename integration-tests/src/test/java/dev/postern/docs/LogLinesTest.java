package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Operators look for lines of the log in their guide, and for those of the guide in the log. */
final class LogLinesTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** What a line has in the place of a name or a number. */
  private static final Pattern VARIABLE = Pattern.compile("…|^N ");

  @Test
  void areWrittenAsTheGuideSays() throws IOException {
    String guide = Page.of("docs/operators-guide.md").text();
    String table = guide.substring(guide.indexOf("Lines that matter:"));
    List<String> lines =
        table
            .lines()
            .skip(4)
            .takeWhile(row -> row.startsWith("|"))
            .map(row -> row.substring(0, row.indexOf(" | ")))
            .flatMap(names -> CODE.matcher(names).results().map(LogLinesTest::name))
            .toList();
    assertThat(lines)
        .contains("an interceptor failed", "plugins reloaded", "plugin did not close")
        .anyMatch(line -> line.startsWith("an event loop is held"))
        .anyMatch(line -> line.contains("did not decide within"));
    List<String> sources = sources();
    assertThat(lines)
        .allSatisfy(
            line ->
                assertThat(VARIABLE.splitAsStream(line))
                    .as(line)
                    .allMatch(
                        part -> sources.stream().anyMatch(text -> text.contains(part.strip()))));
  }

  private static String name(MatchResult code) {
    return code.group(1);
  }

  /** What the code writes, put together where it goes over several lines. */
  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String root : List.of("proxy-runtime/src/main", "plugins")) {
      try (Stream<Path> files = Files.walk(Page.PROJECT.resolve(root))) {
        for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
          sources.add(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
        }
      }
    }
    return sources;
  }
}
