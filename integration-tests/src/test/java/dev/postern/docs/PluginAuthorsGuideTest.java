package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

final class PluginAuthorsGuideTest {
  /** What the guide promises of each plugin. */
  private static final int MOST_LINES = 60;

  @TempDir Path directory;

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
  void thePomAsksForThisVersionOfTheApi() throws Exception {
    String ours = Files.readString(Page.PROJECT.resolve("pom.xml"));

    assertThat(ours)
        .contains("<version>" + new ExampleProject().fromPom("postern.version") + "</version>");
  }

  @Test
  void theTestsOfTheExampleSucceed() throws Exception {
    Path main = Files.createDirectory(directory.resolve("main"));
    Path tests = Files.createDirectory(directory.resolve("tests"));
    ExampleProject project = new ExampleProject();
    project.compileMain(main);
    project.compileTests(main, tests);

    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {main.toUri().toURL(), tests.toUri().toURL()}, getClass().getClassLoader())) {
      TestExecutionSummary summary = run(loader);

      assertThat(summary.getTestsSucceededCount()).isGreaterThan(3);
      assertThat(failures(summary)).isEmpty();
    }
  }

  private static TestExecutionSummary run(ClassLoader loader) throws Exception {
    List<DiscoverySelector> classes =
        ExampleProject.mainSources().stream()
            .map(source -> source.getFileName().toString().replace(".java", "Test"))
            .map(
                name ->
                    (DiscoverySelector)
                        DiscoverySelectors.selectClass(loader, "com.example.postern." + name))
            .toList();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(classes).build(), listener);
    return listener.getSummary();
  }

  private static String failures(TestExecutionSummary summary) {
    StringWriter text = new StringWriter();
    if (summary.getTotalFailureCount() > 0) {
      summary.printFailuresTo(new PrintWriter(text, true));
    }
    return text.toString();
  }
}
