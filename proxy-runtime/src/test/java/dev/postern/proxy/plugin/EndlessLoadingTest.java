package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plugins whose constructors or {@code create} do not come to their end. */
@Timeout(120)
final class EndlessLoadingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final String GO_ON = "postern.test.loading.go-on";
  private static final String ENDLESS =
      """
      while (System.getProperty("%s") == null) {
        try { Thread.sleep(50); } catch (InterruptedException e) { /* no note of it */ }
      }
      """
          .formatted(GO_ON);
  private static final String SEES =
      PluginDirectory.PLAIN
          + """
          interceptors:
            - {plugin: sees, name: one, config: {journal: journal, failing: false}}
          """;
  private static final String BOTH = SEES + "  - {plugin: endless, name: two}\n";

  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    System.clearProperty(GO_ON);
    directory = new PluginDirectory(home).withBasics();
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();
  }

  @AfterEach
  void letAllGoOn() {
    System.setProperty(GO_ON, "true");
  }

  /** An interceptor {@code endless}. */
  private void endless(String constructor, String create) throws Exception {
    directory
        .jar("endless.jar")
        .source(
            "x.Endless",
            """
            package x;
            import dev.postern.api.*;
            import dev.postern.api.intercept.*;
            public final class Endless implements MessageInterceptorFactory<Endless.Config> {
              public record Config() {}
              public Endless() { %s }
              @Override public String name() { return "endless"; }
              @Override public Class<Config> configType() { return Config.class; }
              @Override public MessageInterceptor create(Config config, PluginContext context) {
                %s
                return (session, interests) -> {};
              }
            }
            """
                .formatted(constructor, create))
        .service(PluginKind.INTERCEPTOR, "x.Endless")
        .build();
  }

  private Plugins load(String yaml) throws PluginLoadException {
    return Plugins.load(
        directory.jars(), directory.selection(yaml), directory.environment(PATIENCE));
  }

  private List<String> journal() throws Exception {
    return Files.readAllLines(home.resolve("journal"));
  }

  private void assertThatItIsRefused(Plugins plugins, String method) {
    assertThatThrownBy(() -> plugins.reload(Set.of("one", "two"), directory.selection(BOTH), null))
        .isInstanceOf(PluginLoadException.class)
        .hasMessageMatching(
            "plugins/endless\\.jar: not loaded after 3 s: it is in x\\.Endless\\.%s, line \\d+"
                    .formatted(method)
                + " \\(see the plugin's documentation, or remove the plugin\\)");
    assertThat(plugins.names()).containsExactly("auth", "routes", "one");
  }

  @Test
  void leaveTheOldOnesInServiceAndFurtherReloadsToOthers() throws Exception {
    try (Plugins plugins = load(SEES)) {
      endless("", ENDLESS);
      assertThatItIsRefused(plugins, "create");
      assertThat(journal()).containsExactly("create one", "create one");

      plugins.reload(Set.of("one"), directory.selection(SEES), null);
      await().untilAsserted(() -> assertThat(journal()).endsWith("create one", "close one"));

      // What came too late is closed, and nothing else.
      System.setProperty(GO_ON, "true");
      await().untilAsserted(() -> assertThat(journal()).hasSize(5).endsWith("close one"));
      assertThat(plugins.names()).containsExactly("auth", "routes", "one");
      plugins.reload(Set.of("two"), directory.selection(BOTH), null);
      assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two");
    }
    assertThat(journal()).hasSize(6).endsWith("close one");
  }

  @Test
  void mayHangInTheConstructor() throws Exception {
    try (Plugins plugins = load(SEES)) {
      endless(ENDLESS, "");
      assertThatItIsRefused(plugins, "<init>");
    }
  }

  @Test
  void areInterrupted() throws Exception {
    try (Plugins plugins = load(SEES)) {
      endless(
          "",
          "try { Thread.sleep(1_000_000); }"
              + " catch (InterruptedException e) { throw new IllegalStateException(e); }");
      assertThatItIsRefused(plugins, "create");
      await().untilAsserted(() -> assertThat(journal()).endsWith("create one", "close one"));
    }
  }

  @Test
  void stopTheStart() throws Exception {
    endless("", ENDLESS);
    assertThatThrownBy(() -> load(BOTH))
        .isInstanceOf(PluginLoadException.class)
        .hasMessageStartingWith("plugins/endless.jar: not loaded after 3 s");
    System.setProperty(GO_ON, "true");
    await().untilAsserted(() -> assertThat(journal()).containsExactly("create one", "close one"));
  }
}
