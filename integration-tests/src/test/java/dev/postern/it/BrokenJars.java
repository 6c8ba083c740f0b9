package dev.postern.it;

import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.routing.RouterFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jars and folders that are no plugins, or hold damaged ones. */
final class BrokenJars {
  private static final String MADE = "plugins/made.jar";

  private BrokenJars() {}

  static List<Breakage> all() throws Exception {
    List<Breakage> all = new ArrayList<>();
    all.addAll(files());
    all.addAll(manifests());
    all.addAll(services());
    all.addAll(classes());
    all.addAll(directories());
    all.addAll(pins());
    return all;
  }

  private static List<Breakage> files() throws Exception {
    List<Breakage> cases = new ArrayList<>();
    byte[] good = TestPlugins.good().bytes();
    for (int length : List.of(0, 1, 30, good.length / 2, good.length - 22, good.length - 1)) {
      cases.add(
          bytes(
              "a jar of which " + length + " of " + good.length + " bytes are there",
              Arrays.copyOf(good, length),
              "cannot be read as a jar",
              "build or copy it again"));
    }
    cases.add(bytes("a text named .jar", "no jar\n".getBytes(StandardCharsets.UTF_8), "as a jar"));
    cases.add(bytes("a jar of zeroes", new byte[10_000], "as a jar"));
    byte[] gzip = new byte[5000];
    System.arraycopy(HexFormat.of().parseHex("1f8b0800"), 0, gzip, 0, 4);
    cases.add(bytes("something packed otherwise", gzip, "as a jar"));
    byte[] directory = good.clone();
    Arrays.fill(directory, good.length - 80, good.length - 40, (byte) 0xee);
    cases.add(bytes("a jar with a damaged directory", directory, "as a jar"));
    cases.add(
        Breakage.of(
            "a jar that is a link to nowhere",
            home -> {
              Files.delete(home.plugin("made.jar"));
              Files.createSymbolicLink(home.plugin("made.jar"), Path.of("nowhere.jar"));
            },
            MADE));
    cases.add(
        Breakage.of(
            "a jar that is a link to itself",
            home -> {
              Files.delete(home.plugin("made.jar"));
              Files.createSymbolicLink(home.plugin("made.jar"), Path.of("made.jar"));
            },
            MADE));
    cases.add(
        Breakage.of(
            "a jar that is a directory",
            home -> {
              Files.delete(home.plugin("made.jar"));
              Files.createDirectory(home.plugin("made.jar"));
            },
            MADE,
            "a folder without a jar",
            "put the plugin's jars into it"));
    return cases;
  }

  private static Breakage bytes(String name, byte[] content, String... told) {
    List<String> all = new ArrayList<>(List.of(MADE));
    all.addAll(List.of(told));
    return Breakage.of(
        name,
        home -> {
          Files.delete(home.plugin("made.jar"));
          Files.write(home.plugin("made.jar"), content);
        },
        all.toArray(String[]::new));
  }

  private static Breakage jar(String name, TestJar jar, String... told) {
    List<String> all = new ArrayList<>(List.of(MADE));
    all.addAll(List.of(told));
    return Breakage.of(
        name, home -> jar.write(home.plugin("made.jar")), all.toArray(String[]::new));
  }

  private static List<Breakage> manifests() {
    List<Breakage> cases = new ArrayList<>();
    cases.add(
        jar(
            "no manifest",
            TestPlugins.good().without(TestJar.MANIFEST),
            "does not say which plugin API",
            "add \"Postern-Api: 1\" to its manifest"));
    cases.add(
        jar(
            "a manifest without the API's level",
            TestPlugins.good().manifest("Implementation-Version: 1"),
            "does not say which plugin API"));
    for (String level : List.of("0", "2", "99999999999", "1.0", "one", "-1", "1 2")) {
      cases.add(
          jar(
              "a jar for the API " + level,
              TestPlugins.good().manifest("Postern-Api: " + level),
              "was built for plugin API " + level + ", this Postern has 1",
              "use a build of the plugin for API 1"));
    }
    cases.add(
        jar(
            "a manifest that is no manifest",
            TestPlugins.good().with(TestJar.MANIFEST, "Manifest Version\r\n=\r\n"),
            "cannot be read as a jar"));
    for (String named : List.of("lib/other.jar", "file:/opt/other.jar", "../lib/", "made.jar x")) {
      cases.add(
          jar(
              "a manifest with the class path " + named,
              TestPlugins.good().manifest("Postern-Api: 1\r\nClass-Path: " + named),
              "its manifest's Class-Path names ",
              "which is no jar of this plugin",
              "into a folder of their own"));
    }
    return cases;
  }

  private static List<Breakage> services() {
    List<Breakage> cases = new ArrayList<>();
    cases.add(service("no services file", null, "names no plugin", "META-INF/services/"));
    cases.add(service("an empty services file", "", "its services file names no class"));
    cases.add(service("a services file of comments", "# x.Factory\n\n", "names no class"));
    cases.add(service("a class that is not there", "x.Fabrik\n", "x.Fabrik", "no such class"));
    cases.add(service("a class of the wrong case", "x.factory\n", "x.factory"));
    cases.add(service("a path for a class", "x/Factory.class\n", "x/Factory.class"));
    cases.add(service("two names on a line", "x.Factory x.Factory\n", "no such class"));
    cases.add(service("no name of a class", "\u0000\u0001[[[\n", "no such class"));
    cases.add(service("a class of Java's", "java.lang.String\n", "is no MessageInterceptorFac"));
    cases.add(
        service(
            "a class of Postern's own",
            "dev.postern.proxy.cli.Postern\n",
            "dev.postern.proxy.cli.Postern"));
    cases.add(
        service(
            "the interface itself",
            "dev.postern.api.intercept.MessageInterceptorFactory\n",
            "cannot be created"));
    cases.add(service("a class that is no factory", "x.Factory$Made\n", "is no MessageInter"));
    cases.add(
        jar(
            "an interceptor named as an authenticator",
            TestPlugins.good()
                .without(TestJar.SERVICES)
                .with(TestJar.services(AuthenticatorFactory.class), "x.Factory\n"),
            "x.Factory is no AuthenticatorFactory"));
    cases.add(
        jar(
            "an interceptor named as a router too",
            TestPlugins.good().with(TestJar.services(RouterFactory.class), "x.Factory\n"),
            "x.Factory is no RouterFactory"));
    return cases;
  }

  private static Breakage service(String name, @Nullable String lines, String... told) {
    TestJar jar = TestPlugins.good().without(TestJar.SERVICES);
    return jar(name, lines == null ? jar : jar.with(TestJar.SERVICES, lines), told);
  }

  private static List<Breakage> classes() {
    List<Breakage> cases = new ArrayList<>();
    for (String left : List.of("Factory", "Factory$Config", "Factory$OddError")) {
      String file = "x/" + left + ".class";
      if (!left.equals("Factory$OddError")) {
        cases.add(jar("without " + left, TestPlugins.good().without(file), "x.Factory"));
      }
      cases.add(
          left.equals("Factory$OddError")
              ? jar("a class cut short", cut("x/Factory.class"), "damaged class", "copy")
              : jar("a cut " + left, cut(file), "damaged class", "copy the jar again"));
    }
    for (int version : List.of(70, 99, 65_535)) {
      cases.add(
          jar(
              "classes of version " + version,
              version(version),
              "made for a newer Java than 25",
              "build it with --release 25"));
    }
    cases.add(jar("classes of no version", version(0), "x"));
    byte[] other = TestPlugins.good().get("x/Factory.class");
    Arrays.fill(other, 0, 4, (byte) 0);
    cases.add(
        jar(
            "a class file that is none",
            TestPlugins.good().with("x/Factory.class", other),
            "holds a damaged class"));
    cases.add(
        jar(
            "a class under another's name",
            TestPlugins.good()
                .with("x/Factory.class", TestPlugins.good().get("x/Factory$Made.class")),
            "x"));
    cases.add(
        jar(
            "classes of the API in the jar",
            TestPlugins.good().with("dev/postern/api/Plugin.class", new byte[] {1}),
            "bundles classes of Postern's API, such as dev/postern/api/Plugin.class",
            "scope \"provided\""));
    for (String stray : List.of("../../etc/cron.d/x", "/etc/passwd", "a\\..\\b")) {
      cases.add(
          jar(
              "an entry " + stray,
              TestPlugins.good().with(stray, "x"),
              "an entry points out of the jar",
              "do not use this jar"));
    }
    return cases;
  }

  private static TestJar cut(String file) {
    byte[] whole = TestPlugins.good().get(file);
    return TestPlugins.good().with(file, Arrays.copyOf(whole, whole.length / 2));
  }

  private static TestJar version(int major) {
    byte[] bytes = TestPlugins.good().get("x/Factory.class");
    bytes[6] = (byte) (major >> 8);
    bytes[7] = (byte) major;
    return TestPlugins.good().with("x/Factory.class", bytes);
  }

  private static List<Breakage> directories() {
    List<Breakage> cases = new ArrayList<>();
    cases.add(
        Breakage.of(
            "two plugins of one name",
            home -> TestPlugins.good().write(home.plugin("other.jar")),
            "interceptor \"made\" is in plugins/made.jar too",
            "keep one of them"));
    cases.add(
        Breakage.of(
            "an empty folder",
            home -> Files.createDirectory(home.plugin("folder")),
            "plugins/folder: a folder without a jar"));
    cases.add(
        Breakage.of(
            "a folder without a jar",
            home ->
                Files.writeString(
                    Files.createDirectory(home.plugin("folder")).resolve("README"), "soon"),
            "plugins/folder: a folder without a jar"));
    cases.add(
        Breakage.of(
            "a folder with its jar one deeper",
            home ->
                TestPlugins.good()
                    .write(Files.createDirectories(home.plugin("folder/lib")).resolve("other.jar")),
            "plugins/folder: a folder without a jar"));
    cases.add(
        Breakage.of(
            "a folder with a broken library",
            home -> {
              Path folder = Files.createDirectory(home.plugin("folder"));
              Files.move(home.plugin("made.jar"), folder.resolve("made.jar"));
              Files.writeString(folder.resolve("library.jar"), "soon");
            },
            "plugins/folder/library.jar: cannot be read as a jar"));
    cases.add(
        Breakage.of(
            "a folder with a library whose manifest names another one",
            home -> {
              Path folder = Files.createDirectory(home.plugin("folder"));
              Files.move(home.plugin("made.jar"), folder.resolve("made.jar"));
              new TestJar()
                  .manifest("Class-Path: made.jar deeper/other.jar")
                  .with("y/Y.txt", "y")
                  .write(folder.resolve("library.jar"));
            },
            "plugins/folder/library.jar: its manifest's Class-Path names deeper/other.jar"));
    cases.add(
        Breakage.of(
            "a library alone",
            home -> new TestJar().manifest("X: 1").with("y/Y.txt", "y").write(home.plugin("y.jar")),
            "plugins/y.jar: names no plugin",
            "into the folder of the plugin that needs it"));
    cases.add(
        Breakage.of(
            "a plugin that is gone",
            home -> Files.delete(home.plugin("made.jar")),
            "conf/postern.yaml:",
            "there is no interceptor \"made\""));
    for (String path : List.of("", "made.jar")) {
      cases.add(
          Breakage.of(
              "everybody may write to plugins/" + path,
              home ->
                  Files.setPosixFilePermissions(
                      home.plugin(path), PosixFilePermissions.fromString("rwxrwxrwx")),
              "everyone can write to it",
              "chmod o-w"));
    }
    cases.add(
        Breakage.atStart(
            "no directory of plugins",
            home -> home.write(home.goodYaml() + "plugins: {directory: plugouts}\n"),
            "plugouts: not a directory",
            "set plugins.directory"));
    cases.add(
        Breakage.atStart(
            "a file for the directory of plugins",
            home -> home.write(home.goodYaml() + "plugins: {directory: conf/postern.yaml}\n"),
            "conf/postern.yaml: not a directory"));
    return cases;
  }

  private static List<Breakage> pins() {
    String zeroes = "0".repeat(64);
    return List.of(
        pinned("a wrong pin", Map.of("made.jar", zeroes), "plugins/made.jar: has the SHA-256 "),
        pinned("a jar without a pin", Map.of("made.jar", ""), "made.jar: is not named in plugins"),
        pinned("a pin that is too short", Map.of("made.jar", "abc123"), "64 hexadecimal digits"),
        pinned(
            "a pin that is no number", Map.of("made.jar", "x".repeat(64)), "64 hexadecimal digits"),
        Breakage.of(
            "pins that are a list",
            home -> home.write(home.goodYaml() + "plugins: {sha256: [a, b]}\n"),
            "plugins.sha256: a list (expected: keys with values)"),
        Breakage.of(
            "pins that are a file",
            home -> home.write(home.goodYaml() + "plugins: {sha256: conf/pins}\n"),
            "plugins.sha256: a single value (expected: keys with values)"));
  }

  /** All others have the right ones. */
  private static Breakage pinned(String name, Map<String, String> pins, String... told) {
    return Breakage.of(name, home -> home.write(home.goodYaml() + home.pins(pins)), told);
  }
}
