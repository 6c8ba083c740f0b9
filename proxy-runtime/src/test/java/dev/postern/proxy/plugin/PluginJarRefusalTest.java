package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stops the start before a class is loaded: a jar that is none, or that says something wrong.
 */
final class PluginJarRefusalTest {
  private final PluginDirectory directory;

  PluginJarRefusalTest(@TempDir Path home) throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesAJarThatNamesNoPlugin() throws Exception {
    directory.jar("bad.jar").entry("readme.txt", "nothing here").build();

    directory.assertRefused(
        "plugins/bad.jar: names no plugin (a plugin's jar names its factory in META-INF/services/"
            + " under dev.postern.api.auth.AuthenticatorFactory,"
            + " dev.postern.api.routing.RouterFactory or"
            + " dev.postern.api.intercept.MessageInterceptorFactory; if it is a library, put it"
            + " into the folder of the plugin that needs it)");
  }

  @Test
  void refusesAServicesFileThatNamesNoClass() throws Exception {
    directory.jar("bad.jar").service(PluginKind.ROUTER, "# to be written\n\n").build();

    directory.assertRefused(
        "plugins/bad.jar: its services file names no class (write the factory's class name into it"
            + " and build the jar again)");
  }

  @Test
  void refusesAJarThatDoesNotSayItsApi() throws Exception {
    PluginSources.router(directory.jar("bad.jar").withoutApiLevel(), "bad").build();

    directory.assertRefused(
        "plugins/bad.jar: does not say which plugin API it was built for (add \"Postern-Api: 1\""
            + " to its manifest and build it again)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "0", "1.0", "one"})
  void refusesAnotherApi(String level) throws Exception {
    PluginSources.router(directory.jar("bad.jar").manifest("Postern-Api", level), "bad").build();

    directory.assertRefused(
        "plugins/bad.jar: was built for plugin API "
            + level
            + ", this Postern has 1 (use a build of the plugin for API 1, or a Postern that has its"
            + " API)");
  }

  @Test
  void looksAtTheApiBeforeAClassIsLoaded() throws Exception {
    Path trace = directory.home().resolve("trace");
    directory.jar("bad.jar").manifest("Postern-Api", "2").authenticator(tracing(trace)).build();

    directory.assertRefusedWith("plugins/bad.jar: was built for plugin API 2");
    assertThat(trace).doesNotExist();
  }

  @Test
  void looksAtAllJarsBeforeAClassOfAnyIsLoaded() throws Exception {
    Path trace = directory.home().resolve("trace");
    directory.jar("a.jar").authenticator(tracing(trace)).build();
    Files.writeString(directory.path().resolve("z.jar"), "no zip");

    directory.assertRefusedWith("plugins/z.jar: cannot be read as a jar: ");
    assertThat(trace).doesNotExist();
  }

  @Test
  void refusesAJarThatBundlesTheApi() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad")
        .entry("dev/postern/api/Secret.class", "whatever")
        .build();

    directory.assertRefused(
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

    directory.assertRefusedWith(
        "plugins/mine/proxy-api-0.1.0.jar: bundles classes of Postern's API");
  }

  @Test
  void refusesWhatIsNoZip() throws Exception {
    Files.writeString(directory.path().resolve("bad.jar"), "<html>404</html>");

    directory
        .assertRefusedWith("plugins/bad.jar: cannot be read as a jar: ")
        .endsWith("(build or copy it again)");
  }

  @Test
  void refusesAnEmptyFile() throws Exception {
    Files.createFile(directory.path().resolve("bad.jar"));

    directory.assertRefusedWith("plugins/bad.jar: cannot be read as a jar: zip file is empty");
  }

  @Test
  void refusesEveryTruncationOfAJar() throws Exception {
    Path bad = PluginSources.router(directory.jar("bad.jar"), "bad").build();
    byte[] whole = Files.readAllBytes(bad);
    for (int length = 1; length < whole.length; length += Math.max(1, whole.length / 15)) {
      Files.write(bad, Arrays.copyOf(whole, length));

      directory.assertRefusedWith("plugins/bad.jar: ");
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

    directory.assertRefused(
        "plugins/bad.jar: an entry points out of the jar: " + name + " (do not use this jar)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lib/hidden.jar",
        "hidden.jar",
        "../hidden.jar",
        "file:/opt/hidden.jar",
        "lib/",
        "./bad.jar",
        "bad%2ejar",
      })
  void refusesAManifestThatNamesWhatIsNoJarOfThePlugin(String named) throws Exception {
    PluginSources.router(directory.jar("bad.jar").manifest("Class-Path", named), "bad").build();

    directory.assertRefused(
        "plugins/bad.jar: its manifest's Class-Path names "
            + named
            + ", which is no jar of this plugin (put the plugin and its libraries into a folder of"
            + " their own, or the libraries' classes into the plugin's jar, and build the jar again"
            + " without Class-Path)");
  }

  @Test
  void refusesALibraryThatNamesWhatIsNoJarOfTheFolder() throws Exception {
    Path folder = directory.folder("bad");
    PluginSources.router(PluginJar.at(folder.resolve("plugin.jar")), "bad").build();
    PluginJar.at(folder.resolve("library.jar"))
        .withoutApiLevel()
        .manifest("class-path", "plugin.jar  .hidden.jar")
        .entry("lib/words.txt", "words")
        .build();
    PluginJar.at(folder.resolve(".hidden.jar")).entry("lib/more.txt", "more").build();

    directory.assertRefusedWith(
        "plugins/bad/library.jar: its manifest's Class-Path names .hidden.jar, which is no jar");
  }

  @Test
  void takesAManifestThatNamesOtherJarsOfItsFolder() throws Exception {
    Path folder = directory.folder("good");
    PluginSources.router(
            PluginJar.at(folder.resolve("plugin.jar"))
                .manifest("Class-Path", "library-1.0.jar plugin.jar"),
            "good")
        .build();
    PluginJar.at(folder.resolve("library-1.0.jar"))
        .withoutApiLevel()
        .entry("lib/words.txt", "words")
        .build();

    directory.load().close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "META-INF/versions/2000000000/a.class",
        "META-INF/versions/000000000000000002000000000/a.class",
        "meta-inf/VERSIONS/100/a/b.class"
      })
  void refusesANumberOfAJavaThatWouldTakeMemoryForEachBefore(String name) throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad").entry(name, "x").build();

    directory.assertRefused(
        "plugins/bad.jar: cannot be read as a jar: META-INF/versions/ has a number above 99, and"
            + " there is no such Java (build or copy it again)");
  }

  @Test
  void takesClassesForSeveralJavas() throws Exception {
    PluginSources.router(directory.jar("good.jar").manifest("Multi-Release", "true"), "good")
        .entry("META-INF/versions/9/a.class", "x")
        .entry("META-INF/versions/99/a.class", "x")
        .entry("META-INF/versions/none/a.class", "x")
        .build();

    directory.load().close();
  }

  @Test
  void refusesAServicesFileThatUnpacksToMuch() throws Exception {
    directory.jar("bad.jar").service(PluginKind.ROUTER, "x".repeat((1 << 20) + 1)).build();

    directory.assertRefused(
        "plugins/bad.jar: cannot be read as a jar: "
            + PluginKind.ROUTER.servicesFile()
            + " is larger than 1 MiB (build or copy it again)");
  }

  @Test
  void refusesAManifestThatUnpacksToMuch() throws Exception {
    PluginSources.router(directory.jar("bad.jar").manifest("X", "y".repeat(1 << 20)), "bad")
        .build();

    directory.assertRefused(
        "plugins/bad.jar: cannot be read as a jar: META-INF/MANIFEST.MF is larger than 1 MiB"
            + " (build or copy it again)");
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
}
