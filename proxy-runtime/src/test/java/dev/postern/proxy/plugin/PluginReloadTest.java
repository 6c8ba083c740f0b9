package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginReloadTest {
  private static final String SEES =
      PluginDirectory.PLAIN
          + """
          interceptors:
            - {plugin: sees, name: one, config: {journal: journal, failing: false}}
            - {plugin: sees, name: two, config: {journal: journal, failing: false}}
          """;

  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home).withRouter();
    answering("old");
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();
  }

  /** Replaces the authenticator's jar. */
  private void answering(String text) throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"),
            "auth",
            "throw new IllegalStateException(\"%s\");".formatted(text))
        .build();
  }

  private void reload(Plugins plugins, String yaml, String... names) throws PluginLoadException {
    plugins.reload(Set.of(names), directory.selection(yaml), null);
  }

  private List<String> journal() throws Exception {
    return Files.readAllLines(home.resolve("journal"));
  }

  @Test
  void givesNewSessionsTheNewJarAndLeavesOldOnesTheirs() throws Exception {
    try (Plugins plugins = directory.load()) {
      PluginSet before = plugins.enter();
      answering("new");

      reload(plugins, PluginDirectory.PLAIN, "auth");

      assertThat(PluginDirectory.ask(plugins)).isEqualTo("new");
      assertThat(PluginDirectory.ask(before)).isEqualTo("old");
      before.leave();
    }
  }

  @Test
  void leavesAllOthersAsTheyAre() throws Exception {
    try (Plugins plugins = directory.load(SEES)) {
      reload(plugins, SEES, "two");

      assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two");
      await()
          .untilAsserted(
              () ->
                  assertThat(journal())
                      .containsExactly("create one", "create two", "create two", "close two"));
    }
    assertThat(journal()).endsWith("close two", "close one");
  }

  @Test
  void closesTheOldOneWhenItsLastSessionHasEnded() throws Exception {
    try (Plugins plugins = directory.load(SEES)) {
      PluginSet first = plugins.enter();
      PluginSet second = plugins.enter();

      reload(plugins, SEES, "one");
      assertThat(leaving(plugins)).extracting(InstanceView::sessions).containsExactly(2);
      first.leave();
      assertThat(leaving(plugins)).extracting(InstanceView::sessions).containsExactly(1);
      assertThat(journal()).doesNotContain("close one");
      second.leave();

      await().untilAsserted(() -> assertThat(journal()).contains("close one"));
      await().untilAsserted(() -> assertThat(leaving(plugins)).isEmpty());
    }
  }

  private static List<InstanceView> leaving(Plugins plugins) {
    return plugins.instances().stream().filter(view -> !view.inService()).toList();
  }

  @Test
  void takesTheConfigurationAsItIsNow() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"), "auth", "throw new IllegalStateException(config.text());")
        .build();
    String yaml =
        PluginDirectory.HEAD
            + "authenticator: {plugin: auth, config: {text: %s}}\n"
            + "router: {plugin: routes, config: {port: 5432}}\n";
    try (Plugins plugins = directory.load(yaml.formatted("one"))) {
      reload(plugins, yaml.formatted("two"), "auth");

      assertThat(PluginDirectory.ask(plugins)).isEqualTo("two");
    }
  }

  @Test
  void addsAndRemovesWhatIsNamed() throws Exception {
    try (Plugins plugins = directory.load()) {
      reload(plugins, SEES, "one", "two");
      assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two");

      reload(plugins, PluginDirectory.PLAIN, "one", "two");
      assertThat(plugins.names()).containsExactly("auth", "routes");
    }
  }

  @Test
  void refusesAConfigurationThatDiffersInWhatIsNotNamed() throws Exception {
    try (Plugins plugins = directory.load()) {
      assertThatThrownBy(() -> reload(plugins, SEES, "one"))
          .isInstanceOf(PluginLoadException.class)
          .hasMessageContaining("interceptor two is not in service (name it too)");
      reload(plugins, SEES, "one", "two");
      assertThatThrownBy(() -> reload(plugins, PluginDirectory.PLAIN, "one"))
          .isInstanceOf(PluginLoadException.class)
          .hasMessageContaining("interceptor two is in service, and not in the configuration");
      assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two");
    }
  }

  @Test
  void refusesAnotherOrderOfWhatIsNotNamed() throws Exception {
    String one = "  - {plugin: sees, name: one, config: {journal: journal, failing: false}}\n";
    String two = "  - {plugin: sees, name: two, config: {journal: journal, failing: false}}\n";
    String three = "  - {plugin: sees, name: three, config: {journal: journal, failing: false}}\n";
    String head = PluginDirectory.PLAIN + "interceptors:\n";
    try (Plugins plugins = directory.load(head + one + two + three)) {
      for (String named : List.of("auth", "three")) {
        assertThatThrownBy(() -> reload(plugins, head + two + one + three, named))
            .isInstanceOf(PluginLoadException.class)
            .hasMessageContaining(
                "two comes before one here, and after it in service (name one of them too)");
      }
      assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two", "three");

      // Where a named one stands is a part of what is asked for.
      reload(plugins, head + two + one + three, "one");
      assertThat(plugins.names()).containsExactly("auth", "routes", "two", "one", "three");
      reload(plugins, head + three + two + one, "three");
      assertThat(plugins.names()).containsExactly("auth", "routes", "three", "two", "one");
    }
  }

  @Test
  void refusesAnotherRequireOfAuthenticatorsThatAreNotNamed() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth-2.jar"), "auth-2", "throw new IllegalStateException();")
        .build();
    String one = PluginDirectory.PLAIN;
    String first = one.replace("authenticator: {plugin: auth}", chain("first"));
    String all = one.replace("authenticator: {plugin: auth}", chain("all"));
    try (Plugins plugins = directory.load(first)) {
      for (String named : List.of("auth", "routes")) {
        assertThatThrownBy(() -> reload(plugins, all, named))
            .isInstanceOf(PluginLoadException.class)
            .hasMessageContaining(
                "authenticators.require is all, and first is in service (name the authenticators"
                    + " that are left, too: "
                    + (named.equals("auth") ? "auth-2)" : "auth, auth-2)"));
      }

      reload(plugins, all, "auth", "auth-2");
      assertThatThrownBy(() -> reload(plugins, first, "routes"))
          .hasMessageContaining("authenticators.require is first, and all is in service");
      // One alone needs no other.
      reload(plugins, one, "auth-2");
      reload(plugins, all, "auth-2");
      assertThat(plugins.names()).containsExactly("auth", "auth-2", "routes");
    }
  }

  private static String chain(String require) {
    return "authenticators: {require: %s, chain: [{plugin: auth}, {plugin: auth-2}]}"
        .formatted(require);
  }

  @Test
  void leavesTheOldOneInServiceWhereTheNewOneIsBroken() throws Exception {
    try (Plugins plugins = directory.load()) {
      Files.writeString(directory.path().resolve("auth.jar"), "no jar");

      assertThatThrownBy(() -> reload(plugins, PluginDirectory.PLAIN, "auth"))
          .isInstanceOf(PluginLoadException.class)
          .hasMessageContaining("plugins/auth.jar: cannot be read as a jar");

      assertThat(PluginDirectory.ask(plugins)).isEqualTo("old");
    }
  }

  @Test
  void closesWhatWasMadeBeforeAnotherOneFailed() throws Exception {
    try (Plugins plugins = directory.load(SEES)) {
      directory
          .jar("sees.jar")
          .source("x.Broken", brokenInterceptor())
          .service(PluginKind.INTERCEPTOR, "x.Broken")
          .build();
      PluginSources.interceptor(directory.jar("other.jar"), "other").build();
      String yaml =
          PluginDirectory.PLAIN
              + """
              interceptors:
                - {plugin: other, name: one, config: {journal: journal, failing: false}}
                - {plugin: sees, name: two}
              """;

      assertThatThrownBy(() -> reload(plugins, yaml, "one", "two"))
          .isInstanceOf(PluginLoadException.class)
          .hasMessageContaining("on purpose");

      assertThat(journal()).containsExactly("create one", "create two", "create one", "close one");
    }
  }

  private static String brokenInterceptor() {
    return """
    package x;
    import dev.postern.api.*;
    import dev.postern.api.intercept.*;
    public final class Broken implements MessageInterceptorFactory<Broken.Config> {
      public record Config() {}
      @Override public String name() { return "sees"; }
      @Override public Class<Config> configType() { return Config.class; }
      @Override public MessageInterceptor create(Config config, PluginContext context) {
        throw new IllegalStateException("on purpose");
      }
    }
    """;
  }

  @Test
  void letsTheOldLoaderBeCollected() throws Exception {
    try (Plugins plugins = directory.load(SEES)) {
      List<WeakReference<ClassLoader>> old = plugins.loaders();
      reload(plugins, SEES, "auth", "routes", "one", "two");

      await()
          .untilAsserted(
              () -> {
                System.gc();
                assertThat(old).allMatch(loader -> loader.get() == null);
              });
    }
  }

  @Test
  void closesAllAtTheEndThoughASessionHasNotLeft() throws Exception {
    Plugins plugins = directory.load(SEES);
    PluginSet held = plugins.enter();
    plugins.close();

    assertThat(journal()).endsWith("close two", "close one");
    held.leave();
    assertThat(journal()).containsOnlyOnce("close one");
  }
}
