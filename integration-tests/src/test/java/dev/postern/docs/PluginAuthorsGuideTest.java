package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class PluginAuthorsGuideTest {
  /** What the guide promises of each plugin. */
  private static final int MOST_LINES = 60;

  static List<Page.Block> sources() {
    return Page.of("docs/plugin-authors-guide.md").blocks("java", "xml");
  }

  static List<Path> plugins() throws Exception {
    return ExampleProject.mainSources();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void theGuideShowsTheFileAsItIs(Page.Block block) throws Exception {
    assertThat(block.source()).as("the comment that names the file of %s", block).isNotNull();
    assertThat(block.text())
        .isEqualTo(Files.readString(block.page().directory().resolve(block.source())));
  }

  @ParameterizedTest
  @MethodSource("plugins")
  void theGuideShowsEveryPluginInFewLines(Path source) throws Exception {
    assertThat(sources())
        .extracting(Page.Block::source)
        .contains(Page.PROJECT.resolve("docs").relativize(source).toString());
    assertThat(Files.readAllLines(source)).hasSizeLessThan(MOST_LINES);
  }

  @Test
  void theReadmeShowsAPieceOfAFileAsItIs() throws Exception {
    List<Page.Block> pieces = Page.of("README.md").blocks("java");

    assertThat(pieces).isNotEmpty();
    for (Page.Block piece : pieces) {
      assertThat(piece.source()).as("the comment that names the file of %s", piece).isNotNull();
      assertThat(Files.readString(piece.page().directory().resolve(piece.source())))
          .contains(piece.text());
    }
  }

  @Test
  void thePomAsksForThisVersionOfTheApi() throws Exception {
    String ours = Files.readString(Page.PROJECT.resolve("pom.xml"));

    assertThat(ours)
        .contains("<version>" + new ExampleProject().fromPom("postern.version") + "</version>");
  }
}
