package dev.postern.it.pooling;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a client saw, line by line, without the numbers that differ from one session to the next.
 */
final class Transcript {
  private static final Pattern TEMPORARY_SCHEMA = Pattern.compile("pg_(toast_)?temp_\\d+");

  private static final int SHOWN = 12;

  private final List<String> lines = new ArrayList<>();

  void add(String line) {
    lines.add(TEMPORARY_SCHEMA.matcher(line).replaceAll("pg_$1temp"));
  }

  /** Fails at the first line that is not as in the other. */
  void expectSameAs(Transcript expected) {
    for (int i = 0; i < Math.max(lines.size(), expected.lines.size()); i++) {
      if (!line(i).equals(expected.line(i))) {
        throw new AssertionError(
            "line %d: %s%nexpected: %s%nbehind: %s"
                .formatted(i, line(i), expected.line(i), before(i)));
      }
    }
  }

  /** The last lines. */
  List<String> tail() {
    return before(lines.size());
  }

  private String line(int at) {
    return at < lines.size() ? lines.get(at) : "<the end>";
  }

  private List<String> before(int at) {
    return lines.subList(Math.max(0, at - SHOWN), at);
  }
}
