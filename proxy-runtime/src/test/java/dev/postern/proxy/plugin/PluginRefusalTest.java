package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What stops the start; each with the jar, the reason and the remedy in one line. */
final class PluginRefusalTest {
  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesAJarThatNamesNoPlugin() throws Exception {
    directory.jar("bad.jar").entry("readme.txt", "nothing here").build();

    assertRefused(
        "plugins/bad.jar: names no plugin (a plugin's jar names its factory in META-INF/services/"
            + " under dev.postern.api.auth.AuthenticatorFactory,"
            + " dev.postern.api.routing.RouterFactory or"
            + " dev.postern.api.intercept.MessageInterceptorFactory; if it is a library, put it"
            + " into the folder of the plugin that needs it)");
  }

  @Test
  void refusesAServicesFileThatNamesNoClass() throws Exception {
    directory.jar("bad.jar").service(PluginKind.ROUTER, "# to be written\n\n").build();

    assertRefused(
        "plugins/bad.jar: its services file names no class (write the factory's class name into it"
            + " and build the jar again)");
  }

  @Test
  void refusesAJarThatDoesNotSayItsApi() throws Exception {
    PluginSources.router(directory.jar("bad.jar").withoutApiLevel(), "bad").build();

    assertRefused(
        "plugins/bad.jar: does not say which plugin API it was built for (add \"Postern-Api: 1\""
            + " to its manifest and build it again)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "0", "1.0", "one"})
  void refusesAnotherApi(String level) throws Exception {
    PluginSources.router(directory.jar("bad.jar").manifest("Postern-Api", level), "bad").build();

    assertRefused(
        "plugins/bad.jar: was built for plugin API "
            + level
            + ", this Postern has 1 (use a build of the plugin for API 1, or a Postern that has its"
            + " API)");
  }

  @Test
  void looksAtTheApiBeforeAClassIsLoaded() throws Exception {
    Path trace = home.resolve("trace");
    directory
        .jar("bad.jar")
        .manifest("Postern-Api", "2")
        .source("x.AuthFactory", tracing(trace))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefusedWith("plugins/bad.jar: was built for plugin API 2");
    assertThat(trace).doesNotExist();
  }

  @Test
  void looksAtAllJarsBeforeAClassOfAnyIsLoaded() throws Exception {
    Path trace = home.resolve("trace");
    directory
        .jar("a.jar")
        .source("x.AuthFactory", tracing(trace))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();
    Files.writeString(directory.path().resolve("z.jar"), "no zip");

    assertRefusedWith("plugins/z.jar: cannot be read as a jar: ");
    assertThat(trace).doesNotExist();
  }

  @Test
  void refusesAClassThatIsMissing() throws Exception {
    PluginJar jar =
        directory
            .jar("bad.jar")
            .source("lib.Needed", "package lib; public class Needed {}")
            .without("lib.Needed");
    jar.source(
            "x.AuthFactory",
            PluginSources.authenticatorSource(
                "bad", "new lib.Needed().hashCode();", "", "return null;"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefused(
        "plugins/bad.jar: x.AuthFactory: constructor: class lib.Needed is missing (put the"
            + " library that has it into the jar, or make a folder of the plugin's jar and its"
            + " libraries; Postern's own libraries are not open to plugins)");
  }

  @Test
  void refusesAClassThatIsMissingWhenAnInstanceIsCreated() throws Exception {
    directory
        .jar("auth.jar")
        .source("lib.Needed", "package lib; public class Needed {}")
        .without("lib.Needed")
        .source(
            "x.AuthFactory",
            PluginSources.authenticatorSource(
                "auth", "", "new lib.Needed().hashCode();", "return null;"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefusedWith(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: class lib.Needed is missing (put"
            + " the library");
  }

  @Test
  void refusesAFactoryThatIsNotInTheJar() throws Exception {
    directory.jar("bad.jar").service(PluginKind.ROUTER, "x.Nothing").build();

    assertRefused(
        "plugins/bad.jar: names x.Nothing in META-INF/services/dev.postern.api.routing.RouterFactory"
            + " and has no such class (correct the name in the services file, or build the jar"
            + " again)");
  }

  @Test
  void refusesAFactoryOfAnotherKind() throws Exception {
    PluginSources.authenticator(directory.jar("bad.jar"), "bad", "return null;")
        .service(PluginKind.ROUTER, "x.AuthFactory")
        .build();

    assertRefusedWith("plugins/bad.jar: x.AuthFactory is no RouterFactory (implement that");
  }

  @Test
  void refusesAClassForANewerJava() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad")
        .changing(
            bytes -> {
              byte[] newer = bytes.clone();
              newer[7] = 99;
              return newer;
            })
        .build();

    int java = Runtime.version().feature();
    assertRefusedWith("plugins/bad.jar: x.RoutesFactory: made for a newer Java than " + java + ": ")
        .contains("class file version 99.0")
        .endsWith("(build it with --release " + java + " or lower)");
  }

  @Test
  void refusesADamagedClass() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad")
        .changing(bytes -> Arrays.copyOf(bytes, bytes.length / 2))
        .build();

    assertRefusedWith("plugins/bad.jar: x.RoutesFactory: holds a damaged class: ");
  }

  @Test
  void refusesAClassThatDoesNotFitItsLibraries() throws Exception {
    Path library =
        PluginJar.at(home.resolve("new.jar"))
            .source("lib.Tool", "package lib; public class Tool { public static void use() {} }")
            .build();
    Path folder = directory.folder("bad");
    PluginJar.at(folder.resolve("library.jar"))
        .withoutApiLevel()
        .source("lib.Tool", "package lib; public class Tool {}")
        .build();
    PluginJar.at(folder.resolve("plugin.jar"))
        .library(library)
        .source(
            "x.AuthFactory",
            PluginSources.authenticatorSource("bad", "lib.Tool.use();", "", "return null;"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefusedWith(
            "plugins/bad: x.AuthFactory: constructor: does not fit the classes that it runs"
                + " with: NoSuchMethodError: ")
        .contains("lib.Tool.use()")
        .endsWith(
            "(build it again with this Postern's proxy-api, and take along the versions of"
                + " libraries that it was built with)");
  }

  @Test
  void refusesAConstructorThatThrows() throws Exception {
    assertConstructorRefused(
        "if (true) throw new IllegalStateException(\"no licence\\nfound\");",
        "plugins/bad.jar: x.AuthFactory: constructor: failed with"
            + " java.lang.IllegalStateException: no licence found (see the plugin's documentation,"
            + " or remove the plugin)");
  }

  @Test
  void refusesAConstructorThatRunsOutOfStack() throws Exception {
    assertConstructorRefused(
        "new AuthFactory();",
        "plugins/bad.jar: x.AuthFactory: constructor: failed with"
            + " java.lang.StackOverflowError: null (see the plugin's documentation, or remove the"
            + " plugin)");
  }

  @Test
  void refusesAStaticInitializerThatThrows() throws Exception {
    directory
        .jar("bad.jar")
        .source(
            "x.AuthFactory",
            PluginSources.authenticatorSource("bad", "", "", "return null;")
                .replace(
                    "public AuthFactory() {",
                    "static int n = Integer.parseInt(\"x\"); public AuthFactory() {"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefusedWith(
        "plugins/bad.jar: x.AuthFactory: static initializer: failed with"
            + " java.lang.NumberFormatException: For input string: \"x\"");
  }

  @ParameterizedTest
  @CsvSource({
    "'public AuthFactory()', 'private AuthFactory()'",
    "'public AuthFactory() {', 'public AuthFactory(int n) {'",
    "'public final class AuthFactory', 'final class AuthFactory'",
    "'public final class AuthFactory', 'public abstract class AuthFactory'"
  })
  void refusesAFactoryThatCannotBeCreated(String text, String instead) throws Exception {
    directory
        .jar("bad.jar")
        .source(
            "x.AuthFactory",
            PluginSources.authenticatorSource("bad", "", "", "return null;").replace(text, instead))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefused(
        "plugins/bad.jar: x.AuthFactory cannot be created (make it a public class that is not"
            + " abstract, with a public constructor without parameters)");
  }

  @Test
  void refusesANameThatIsNone() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "Bad Name").build();

    assertRefused(
        "plugins/bad.jar: x.RoutesFactory: its name() is not fit for a name (use lower-case"
            + " letters, digits and hyphens, at most 63)");
  }

  @Test
  void refusesCreationThatThrows() throws Exception {
    create("if (true) throw new java.io.IOException(\"ldap.example does not answer\");");

    assertRefused(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: failed with java.io.IOException:"
            + " ldap.example does not answer (see the plugin's documentation, or remove the"
            + " plugin)");
  }

  @Test
  void refusesCreationOfNothing() throws Exception {
    create("if (true) return null;");

    assertRefused(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: create gave nothing (see the plugin's"
            + " documentation)");
  }

  @Test
  void closesWhatWasCreatedBeforeACreationThatThrows() throws Exception {
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();
    directory
        .jar("worse.jar")
        .source(
            "x.SeesFactory",
            """
            package x;
            import dev.postern.api.*;
            import dev.postern.api.intercept.*;
            public final class SeesFactory implements MessageInterceptorFactory<SeesFactory.Config> {
              public record Config() {}
              @Override public String name() { return "worse"; }
              @Override public Class<Config> configType() { return Config.class; }
              @Override public MessageInterceptor create(Config config, PluginContext context) {
                throw new IllegalStateException("never");
              }
            }
            """)
        .service(PluginKind.INTERCEPTOR, "x.SeesFactory")
        .build();

    assertRefusedWith(
        PluginDirectory.PLAIN
            + """
            interceptors:
              - {plugin: sees, config: {journal: journal, failing: false}}
              - {plugin: worse}
            """,
        "plugins/worse.jar: postern.yaml:6:5: interceptor worse: failed with");
    assertThat(home.resolve("journal")).hasContent("create sees\nclose sees\n");
  }

  @Test
  void refusesAJarThatBundlesTheApi() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad")
        .entry("dev/postern/api/Secret.class", "whatever")
        .build();

    assertRefused(
        "plugins/bad.jar: bundles classes of Postern's API, such as dev/postern/api/Secret.class"
            + " (give proxy-api the scope \"provided\" and build it again; in a folder, remove"
            + " proxy-api's jar)");
  }

  @Test
  void refusesAFolderWithTheApisJar() throws Exception {
    Path folder = directory.folder("mine");
    PluginSources.router(PluginJar.at(folder.resolve("mine.jar")), "mine").build();
    PluginJar.at(folder.resolve("proxy-api-0.1.0.jar"))
        .withoutApiLevel()
        .entry("dev/postern/api/auth/Authenticator.class", "whatever")
        .build();

    assertRefusedWith("plugins/mine/proxy-api-0.1.0.jar: bundles classes of Postern's API");
  }

  @Test
  void refusesWhatIsNoZip() throws Exception {
    Files.writeString(directory.path().resolve("bad.jar"), "<html>404</html>");

    assertRefusedWith("plugins/bad.jar: cannot be read as a jar: ")
        .endsWith("(build or copy it again)");
  }

  @Test
  void refusesAnEmptyFile() throws Exception {
    Files.createFile(directory.path().resolve("bad.jar"));

    assertRefusedWith("plugins/bad.jar: cannot be read as a jar: zip file is empty");
  }

  @Test
  void refusesEveryTruncationOfAJar() throws Exception {
    Path bad = PluginSources.router(directory.jar("bad.jar"), "bad").build();
    byte[] whole = Files.readAllBytes(bad);
    for (int length = 1; length < whole.length; length += Math.max(1, whole.length / 15)) {
      Files.write(bad, Arrays.copyOf(whole, length));

      assertRefusedWith("plugins/bad.jar: ");
    }
  }

  @Test
  void survivesEveryDamagedByteOfAJar() throws Exception {
    Path bad = PluginSources.router(directory.jar("bad.jar"), "bad").build();
    byte[] whole = Files.readAllBytes(bad);
    for (int at = 0; at < whole.length; at += 31) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x55;
      Files.write(bad, damaged);

      PluginLoadException refusal =
          catchThrowableOfType(PluginLoadException.class, () -> directory.load().close());
      if (refusal != null) {
        assertThat(refusal.getMessage()).startsWith("plugins/bad.jar: ").doesNotContain("\n");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../etc/cron.d/x", "/etc/passwd", "a/..", "..\\x"})
  void refusesAnEntryThatPointsOutOfTheJar(String name) throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad").entry(name, "x").build();

    assertRefused(
        "plugins/bad.jar: an entry points out of the jar: " + name + " (do not use this jar)");
  }

  @Test
  void refusesTwoPluginsOfOneKindAndName() throws Exception {
    PluginSources.router(directory.jar("routes-2.jar"), "routes").build();

    assertRefused(
        "plugins/routes.jar: router \"routes\" is in plugins/routes-2.jar too (keep one of them)");
  }

  @Test
  void refusesAnUnknownNameAndSaysWhichAreKnown() throws Exception {
    assertRefused(
        PluginDirectory.HEAD
            + "authenticator: {plugin: oauth}\nrouter: {plugin: routes, config: {port: 1}}\n",
        "postern.yaml:2:16: authenticator: there is no authenticator \"oauth\" (known: auth)");
  }

  @Test
  void refusesAPluginOfAnotherKind() throws Exception {
    assertRefused(
        PluginDirectory.HEAD
            + "authenticator: {plugin: routes}\nrouter: {plugin: routes, name: r, config: {port: 1}}\n",
        "postern.yaml:2:16: authenticator: \"routes\" is of kind router, not authenticator"
            + " (known: auth)");
  }

  @Test
  void saysIfThereIsNoPluginOfAKindAtAll() throws Exception {
    assertRefused(
        PluginDirectory.PLAIN + "interceptors: [{plugin: audit}]\n",
        "postern.yaml:4:16: interceptors[0]: there is no interceptor \"audit\" (there is none at"
            + " all; put its jar into the plugin directory)");
  }

  @Test
  void refusesBadConfigurationAtItsPlace() throws Exception {
    assertRefused(
        PluginDirectory.HEAD
            + """
            authenticator: {plugin: auth, config: {txet: hello}}
            router:
              plugin: routes
              config:
                port: yes
            """,
        """
        postern.yaml:2:40: authenticator.config.txet: unknown setting, did you mean "text"? (a \
        setting of authenticator auth, plugins/auth.jar)
        postern.yaml:6:11: router.config.port: yes (expected: a whole number) (a setting of router \
        routes, plugins/routes.jar)""");
  }

  @Test
  void refusesAConfigurationRecordWithATypeThatIsNotSupported() throws Exception {
    directory
        .jar("auth.jar")
        .source(
            "x.AuthFactory",
            PluginSources.authenticatorSource("auth", "", "", "return null;")
                .replace("String text)", "String text, java.util.Date date)"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();

    assertRefusedWith("plugins/auth.jar: configuration record x.AuthFactory$Config: ")
        .contains("java.util.Date");
  }

  @Test
  void refusesADirectoryThatIsNotThere() throws Exception {
    PluginLoadException refusal =
        catchThrowableOfType(
            PluginLoadException.class,
            () ->
                Plugins.load(
                    home.resolve("nowhere"),
                    directory.selection(PluginDirectory.PLAIN),
                    directory.environment()));

    assertThat(refusal)
        .hasMessage(
            "nowhere: not a directory (make it, or set plugins.directory to where plugins are)");
  }

  @Test
  void refusesAFolderWithoutAJar() throws Exception {
    directory.folder("empty");

    assertRefused(
        "plugins/empty: a folder without a jar (put the plugin's jars into it, or remove it)");
  }

  @Test
  void refusesADirectoryThatEveryoneCanWriteTo() throws Exception {
    Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxrwxrwx"));

    assertRefused("plugins: everyone can write to it (run: chmod o-w " + directory.path() + ")");
  }

  @Test
  void refusesAJarThatEveryoneCanWriteTo() throws Exception {
    Path jar = directory.path().resolve("routes.jar");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));

    assertRefused("plugins/routes.jar: everyone can write to it (run: chmod o-w " + jar + ")");
  }

  @Test
  void refusesAJarInAFolderThatEveryoneCanWriteTo() throws Exception {
    Path folder = directory.folder("mine");
    Path jar = PluginSources.router(PluginJar.at(folder.resolve("mine.jar")), "mine").build();
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw----rw-"));

    assertRefused("plugins/mine/mine.jar: everyone can write to it (run: chmod o-w " + jar + ")");
  }

  @Test
  void reportsAllJarsAtOnce() throws Exception {
    Files.writeString(directory.path().resolve("a.jar"), "no zip");
    directory.jar("b.jar").build();

    PluginLoadException refusal =
        catchThrowableOfType(PluginLoadException.class, () -> directory.load());

    assertThat(refusal.problems())
        .extracting(PluginProblem::place)
        .containsExactly("plugins/a.jar", "plugins/b.jar");
  }

  private void create(String body) throws Exception {
    directory
        .jar("auth.jar")
        .source(
            "x.AuthFactory", PluginSources.authenticatorSource("auth", "", body, "return null;"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();
  }

  private void assertConstructorRefused(String body, String message) throws Exception {
    directory
        .jar("bad.jar")
        .source("x.AuthFactory", PluginSources.authenticatorSource("bad", body, "", "return null;"))
        .service(PluginKind.AUTHENTICATOR, "x.AuthFactory")
        .build();
    assertRefused(message);
  }

  private static String tracing(Path trace) {
    return PluginSources.authenticatorSource("traced", "", "", "return null;")
        .replace(
            "public AuthFactory() {",
            """
            static {
              try { java.nio.file.Files.createFile(java.nio.file.Path.of("%s")); }
              catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); }
            }
            public AuthFactory() {"""
                .formatted(trace));
  }

  private void assertRefused(String message) {
    assertRefused(PluginDirectory.PLAIN, message);
  }

  private void assertRefused(String yaml, String message) {
    assertThat(refusal(yaml)).hasMessage(message);
  }

  private AbstractStringAssert<?> assertRefusedWith(String start) {
    return assertRefusedWith(PluginDirectory.PLAIN, start);
  }

  private AbstractStringAssert<?> assertRefusedWith(String yaml, String start) {
    return assertThat(refusal(yaml).getMessage()).startsWith(start);
  }

  private PluginLoadException refusal(String yaml) {
    return catchThrowableOfType(PluginLoadException.class, () -> directory.load(yaml));
  }
}
