package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinksTest {
  /** Stands at the top of the zip; that its links are right there is tested with the zip. */
  private static final Path OF_THE_ZIP = Path.of("distribution/src/main/README.md");

  @Test
  void whatPagesLinkToIsThere() {
    List<String> broken = new ArrayList<>();
    for (Page page : Page.all()) {
      if (page.file().equals(OF_THE_ZIP)) {
        continue;
      }
      for (String link : page.links()) {
        if (!link.matches("[a-z]+:.*") && !leadsSomewhere(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Page page, String link) {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? Page.PROJECT.resolve(page.file()) : resolve(page, parts[0]);
    return Files.exists(target)
        && (parts.length == 1
            || Page.of(Page.PROJECT.relativize(target).toString()).anchors().contains(parts[1]));
  }

  private static Path resolve(Page page, String file) {
    return page.directory().resolve(file).normalize();
  }

  @Test
  void everyGuideIsInTheIndex() throws Exception {
    String index = Page.of("docs/README.md").text();

    try (var pages = Files.list(Page.PROJECT.resolve("docs"))) {
      assertThat(pages.map(page -> page.getFileName().toString()))
          .filteredOn(name -> name.endsWith(".md") && !name.equals("README.md"))
          .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
    }
  }
}
