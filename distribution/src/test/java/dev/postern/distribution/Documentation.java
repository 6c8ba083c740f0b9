package dev.postern.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pages that a zip brings. */
record Documentation(Path folder) {
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)#\\s]+)[^)\\s]*\\)");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```(\\w*)\\R(.*?)^ *```$");

  /** Links to files that are not there, each behind its page. */
  List<String> brokenLinks() throws IOException {
    List<String> broken = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path page : files.filter(file -> file.toString().endsWith(".md")).sorted().toList()) {
        String prose =
            BLOCK.matcher(Files.readString(page)).replaceAll("").replaceAll("`[^`\n]*`", "");
        LINK.matcher(prose)
            .results()
            .map(link -> link.group(1))
            .filter(link -> !link.matches("[a-z]+:.*"))
            .filter(link -> !Files.exists(page.resolveSibling(link)))
            .forEach(link -> broken.add(folder.relativize(page) + ": " + link));
      }
    }
    return broken;
  }

  /** What a page has its reader type in a shell, line by line. */
  List<String> commands(String page) throws IOException {
    return BLOCK
        .matcher(Files.readString(folder.resolve(page)))
        .results()
        .filter(block -> block.group(1).equals("sh"))
        .flatMap(block -> block.group(2).lines())
        .toList();
  }

  /** The first block of a page for a shell in which a word stands. */
  String shellExample(String page, String word) throws IOException {
    return BLOCK
        .matcher(Files.readString(folder.resolve(page)))
        .results()
        .filter(block -> block.group(1).equals("sh"))
        .map((MatchResult block) -> block.group(2))
        .filter(text -> text.contains(word))
        .findFirst()
        .orElseThrow();
  }
}
