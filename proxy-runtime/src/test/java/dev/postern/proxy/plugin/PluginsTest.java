package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginsTest {
  private static final String ANSWER = "throw new IllegalStateException(%s);";

  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home);
  }

  @Test
  void loadsWhatTheConfigurationNames() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"),
            "auth",
            ANSWER.formatted("config.text() + \" \" + context.instanceName()"))
        .build();
    directory.withRouter();

    try (Plugins plugins =
        directory.load(
            PluginDirectory.HEAD
                + """
                authenticator: {plugin: auth, name: door, config: {text: hello}}
                router: {plugin: routes, config: {port: 5432}}
                """)) {
      assertThat(PluginDirectory.ask(plugins)).isEqualTo("hello door");
      assertThat(plugins.names()).containsExactly("door", "routes");
    }
  }

  @Test
  void describesEveryPluginThatIsThere() throws Exception {
    directory.withBasics();
    PluginSources.interceptor(
            directory.jar("sees.jar").manifest("Implementation-Version", "2.1"), "sees")
        .build();
    Path folder = directory.folder("unused");
    PluginSources.router(PluginJar.at(folder.resolve("a.jar")), "other").build();

    try (Plugins plugins =
        directory.load(
            PluginDirectory.PLAIN
                + """
                interceptors:
                  - {plugin: sees, name: one, config: {failing: false}}
                  - {plugin: sees, name: two, config: {failing: false}}
                """)) {
      assertThat(plugins.descriptions())
          .containsExactly(
              new PluginDescription("auth", PluginKind.AUTHENTICATOR, "plugins/auth.jar", null, 1),
              new PluginDescription("routes", PluginKind.ROUTER, "plugins/routes.jar", null, 1),
              new PluginDescription("sees", PluginKind.INTERCEPTOR, "plugins/sees.jar", "2.1", 1),
              new PluginDescription("other", PluginKind.ROUTER, "plugins/unused", null, 1));
      assertThat(plugins.instances())
          .extracting(InstanceView::name, InstanceView::plugin, InstanceView::version)
          .contains(tuple("one", "sees", "2.1"), tuple("two", "sees", "2.1"));
    }
  }

  @Test
  void loadsSeveralKindsFromOneJar() throws Exception {
    PluginJar jar = directory.jar("both.jar");
    PluginSources.authenticator(jar, "same", ANSWER.formatted("\"ok\""));
    PluginSources.router(jar, "same").build();

    try (Plugins plugins =
        directory.load(
            PluginDirectory.HEAD
                + "authenticator: {plugin: same}\n"
                + "router: {plugin: same, name: routes, config: {port: 1}}\n")) {
      assertThat(PluginDirectory.ask(plugins)).isEqualTo("ok");
    }
  }

  @Test
  void createsInOrderAndClosesInTheOppositeOneWithThePluginsOwnLoader() throws Exception {
    directory.withBasics();
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();

    Plugins plugins = directory.load(withInterceptors("one", "two", "three"));
    assertThat(plugins.names()).containsExactly("auth", "routes", "one", "two", "three");
    plugins.close();
    plugins.close();

    assertThat(home.resolve("journal"))
        .hasContent("create one\ncreate two\ncreate three\nclose three\nclose two\nclose one\n");
  }

  @Test
  void closesTheOthersAfterOneThatThrows() throws Exception {
    directory.withBasics();
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();

    directory.load(withInterceptors("one", "failing", "three")).close();

    assertThat(Files.readAllLines(home.resolve("journal")))
        .endsWith("close three", "close failing", "close one");
  }

  @Test
  void leavesTheThreadsOwnLoaderInPlace() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    directory.withBasics();

    directory.load().close();

    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
  }

  @Test
  void runsAuthenticatorsWithTheirOwnLoader() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"),
            "auth",
            ANSWER.formatted(
                "\"\" + (Thread.currentThread().getContextClassLoader() =="
                    + " AuthFactory.class.getClassLoader())"))
        .build();
    directory.withRouter();

    try (Plugins plugins = directory.load()) {
      assertThat(PluginDirectory.ask(plugins)).isEqualTo("true");
    }
  }

  @Test
  void givesAnInstanceAPrivateDirectory() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"), "auth", ANSWER.formatted("\"\" + context.dataDirectory()"))
        .build();
    directory.withRouter();

    try (Plugins plugins = directory.load()) {
      Path data = Path.of(PluginDirectory.ask(plugins));
      assertThat(data).isEqualTo(home.resolve("data/plugins/auth")).isDirectory();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void checksWithoutCreatingAnything() throws Exception {
    directory.withRouter();
    directory
        .jar("auth.jar")
        .authenticator(
            PluginSources.authenticatorSource(
                "auth", "", "if (true) throw new AssertionError();", "return null;"))
        .build();

    assertThat(Plugins.check(directory.jars(), directory.selection(PluginDirectory.PLAIN)))
        .extracting(PluginDescription::name)
        .containsExactly("auth", "routes");
  }

  @Test
  void loadsFromADirectoryWithSpacesAndSignsInItsName() throws Exception {
    Path odd = Files.createDirectory(home.resolve("odd # name % 100"));
    PluginDirectory elsewhere = new PluginDirectory(odd).withBasics();

    elsewhere.load().close();
  }

  @Test
  void passesOverWhatIsNoPlugin() throws Exception {
    directory.withBasics();
    Files.writeString(directory.path().resolve("README.md"), "read me");
    Files.writeString(directory.path().resolve("old.jar.disabled"), "no jar");
    Files.createDirectory(directory.path().resolve(".git"));

    directory.load().close();
  }

  @Test
  void letsTheLoaderBeCollectedAfterClose() throws Exception {
    directory.withBasics();
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();

    List<WeakReference<ClassLoader>> loaders = loadAndClose();

    await()
        .untilAsserted(
            () -> {
              System.gc();
              assertThat(loaders).allMatch(loader -> loader.get() == null);
            });
  }

  @Test
  void closesTheJars() throws Exception {
    directory.withBasics();

    directory.load().close();

    Path descriptors = Path.of("/proc/self/fd");
    if (Files.isDirectory(descriptors)) {
      assertThat(openFiles(descriptors)).noneMatch(file -> file.startsWith(home.toString()));
    }
  }

  private List<WeakReference<ClassLoader>> loadAndClose() throws Exception {
    try (Plugins plugins = directory.load(withInterceptors("one"))) {
      return plugins.loaders();
    }
  }

  private static List<String> openFiles(Path descriptors) throws Exception {
    try (Stream<Path> files = Files.list(descriptors)) {
      return files.map(PluginsTest::target).toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      // Closed in the meantime.
      return "";
    }
  }

  private static String withInterceptors(String... names) {
    StringBuilder yaml = new StringBuilder(PluginDirectory.PLAIN).append("interceptors:\n");
    Arrays.stream(names)
        .forEach(
            name ->
                yaml.append(
                    "  - {plugin: sees, name: %s, config: {journal: journal, failing: %s}}\n"
                        .formatted(name, name.equals("failing"))));
    return yaml.toString();
  }
}
