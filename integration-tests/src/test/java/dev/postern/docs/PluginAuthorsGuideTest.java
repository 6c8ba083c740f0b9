package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

    int run = 0;
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {main.toUri().toURL(), tests.toUri().toURL()}, getClass().getClassLoader())) {
      for (Path source : ExampleProject.mainSources()) {
        String name = source.getFileName().toString().replace(".java", "Test");
        run += runTests(loader.loadClass("com.example.postern." + name));
      }
    }
    assertThat(run).isGreaterThan(3);
  }

  /** As JUnit would: a new instance for each test, with what is to run before and after it. */
  private static int runTests(Class<?> type) throws Exception {
    int run = 0;
    for (Method test : type.getDeclaredMethods()) {
      if (test.isAnnotationPresent(Test.class)) {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        Object instance = constructor.newInstance();
        call(instance, BeforeEach.class);
        test.setAccessible(true);
        test.invoke(instance);
        call(instance, AfterEach.class);
        run++;
      }
    }
    return run;
  }

  private static void call(Object instance, Class<? extends Annotation> wanted) throws Exception {
    for (Method method : instance.getClass().getDeclaredMethods()) {
      if (method.isAnnotationPresent(wanted)) {
        method.setAccessible(true);
        method.invoke(instance);
      }
    }
  }
}
