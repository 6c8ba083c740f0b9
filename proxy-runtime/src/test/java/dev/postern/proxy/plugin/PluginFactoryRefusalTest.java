package dev.postern.proxy.plugin;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stops the start because of a factory's class. */
final class PluginFactoryRefusalTest {
  private final PluginDirectory directory;

  PluginFactoryRefusalTest(@TempDir Path home) throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesAClassThatIsMissing() throws Exception {
    PluginJar jar =
        directory
            .jar("bad.jar")
            .source("lib.Needed", "package lib; public class Needed {}")
            .without("lib.Needed");
    jar.authenticator(
            PluginSources.authenticatorSource(
                "bad", "new lib.Needed().hashCode();", "", "return null;"))
        .build();

    directory.assertRefused(
        "plugins/bad.jar: x.AuthFactory: constructor: class lib.Needed is missing (put the"
            + " library that has it into the jar, or make a folder of the plugin's jar and its"
            + " libraries; Postern's own libraries are not open to plugins)");
  }

  @Test
  void refusesAFactoryThatIsNotInTheJar() throws Exception {
    directory.jar("bad.jar").service(PluginKind.ROUTER, "x.Nothing").build();

    directory.assertRefused(
        "plugins/bad.jar: names x.Nothing in META-INF/services/dev.postern.api.routing.RouterFactory"
            + " and has no such class (correct the name in the services file, or build the jar"
            + " again)");
  }

  @Test
  void refusesAFactoryOfAnotherKind() throws Exception {
    PluginSources.authenticator(directory.jar("bad.jar"), "bad", "return null;")
        .service(PluginKind.ROUTER, "x.AuthFactory")
        .build();

    directory.assertRefusedWith(
        "plugins/bad.jar: x.AuthFactory is no RouterFactory (implement that");
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
    directory
        .assertRefusedWith(
            "plugins/bad.jar: x.RoutesFactory: made for a newer Java than " + java + ": ")
        .contains("class file version 99.0")
        .endsWith("(build it with --release " + java + " or lower)");
  }

  @Test
  void refusesADamagedClass() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "bad")
        .changing(bytes -> Arrays.copyOf(bytes, bytes.length / 2))
        .build();

    directory.assertRefusedWith("plugins/bad.jar: x.RoutesFactory: holds a damaged class: ");
  }

  @Test
  void refusesAClassThatDoesNotFitItsLibraries() throws Exception {
    Path library =
        PluginJar.at(directory.home().resolve("new.jar"))
            .source("lib.Tool", "package lib; public class Tool { public static void use() {} }")
            .build();
    Path folder = directory.folder("bad");
    PluginJar.at(folder.resolve("library.jar"))
        .withoutApiLevel()
        .source("lib.Tool", "package lib; public class Tool {}")
        .build();
    PluginJar.at(folder.resolve("plugin.jar"))
        .library(library)
        .authenticator(
            PluginSources.authenticatorSource("bad", "lib.Tool.use();", "", "return null;"))
        .build();

    directory
        .assertRefusedWith(
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
            + " java.lang.StackOverflowError (see the plugin's documentation, or remove the"
            + " plugin)");
  }

  @Test
  void refusesAStaticInitializerThatThrows() throws Exception {
    directory
        .jar("bad.jar")
        .authenticator(
            PluginSources.authenticatorSource("bad", "", "", "return null;")
                .replace(
                    "public AuthFactory() {",
                    "static int n = Integer.parseInt(\"x\"); public AuthFactory() {"))
        .build();

    directory.assertRefusedWith(
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
        .authenticator(
            PluginSources.authenticatorSource("bad", "", "", "return null;").replace(text, instead))
        .build();

    directory.assertRefused(
        "plugins/bad.jar: x.AuthFactory cannot be created (make it a public class that is not"
            + " abstract, with a public constructor without parameters)");
  }

  @Test
  void refusesANameThatIsNone() throws Exception {
    PluginSources.router(directory.jar("bad.jar"), "Bad Name").build();

    directory.assertRefused(
        "plugins/bad.jar: x.RoutesFactory: its name() is not fit for a name (use lower-case"
            + " letters, digits and hyphens, at most 63)");
  }

  private void assertConstructorRefused(String body, String message) throws Exception {
    directory
        .jar("bad.jar")
        .authenticator(PluginSources.authenticatorSource("bad", body, "", "return null;"))
        .build();
    directory.assertRefused(message);
  }
}
