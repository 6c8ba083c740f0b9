package dev.postern.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of Markdown.
 *
 * @param file relative to the project
 */
record Page(Path file, String text) {
  static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");
  private static final Pattern BLOCK =
      Pattern.compile(
          """
          (?ms)^(?:<!-- (?<source>\\S+) -->\\R)?(?<indent> *)```(?<language>\\w*)\\R(?<text>.*?)^ *```$\
          """);
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");

  /**
   * A fenced block.
   *
   * @param language what stands behind the fence; may be empty
   * @param source what a comment before it names as its source, or {@code null}
   * @param line the first of its text, counted from 1
   */
  record Block(Page page, int line, String language, String text, @Nullable String source) {
    @Override
    public String toString() {
      return page.file() + ":" + line;
    }
  }

  /** All pages of the project. */
  static List<Page> all() {
    List<Page> pages = new ArrayList<>();
    collect(PROJECT, pages);
    return pages;
  }

  static Page of(String file) {
    return read(PROJECT.resolve(file));
  }

  private static void collect(Path directory, List<Page> pages) {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.sorted().toList()) {
        String name = entry.getFileName().toString();
        if (Files.isDirectory(entry) && !NOT_OURS.contains(name) && !name.startsWith(".")) {
          collect(entry, pages);
        } else if (name.endsWith(".md")) {
          pages.add(read(entry));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Page read(Path file) {
    try {
      return new Page(PROJECT.relativize(file), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its fenced blocks in these languages. */
  List<Block> blocks(String... languages) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (Set.of(languages).contains(matcher.group("language"))) {
        int line = 1 + (int) text.substring(0, matcher.start("text")).lines().count();
        String content = matcher.group("text").replaceAll("(?m)^" + matcher.group("indent"), "");
        blocks.add(
            new Block(this, line, matcher.group("language"), content, matcher.group("source")));
      }
    }
    return blocks;
  }

  /** What it links to, code left out. */
  List<String> links() {
    String prose = BLOCK.matcher(text).replaceAll("").replaceAll("`[^`\n]*`", "");
    return LINK.matcher(prose).results().map(result -> result.group(1)).toList();
  }

  /** The names under which its headings can be linked to, as GitHub and GitLab make them. */
  Set<String> anchors() {
    return HEADING
        .matcher(BLOCK.matcher(text).replaceAll(""))
        .results()
        .map(result -> anchor(result.group(1)))
        .collect(Collectors.toSet());
  }

  private static String anchor(String heading) {
    return heading
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N} _-]", "")
        .strip()
        .replace(' ', '-');
  }

  Path directory() {
    return PROJECT.resolve(file).resolveSibling("");
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
