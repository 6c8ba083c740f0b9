package dev.postern.proxy.cli;

import dev.postern.proxy.plugin.PluginKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Maven project with one plugin: one of the plugin author's guide under another name, with its
 * test.
 *
 * @param packageName of its classes, and its group for Maven
 * @param home the installation whose API it builds against
 */
record PluginProject(String name, PluginKind kind, String packageName, Path home) {
  private static final String EXAMPLE_PACKAGE = "com.example.postern";
  private static final String EXAMPLE_PATH = "com/example/postern";

  /** What the tests of an interceptor play. */
  private static final String RECORDING = "psql.recording";

  /**
   * A plugin of the guide.
   *
   * @param className of its factory
   * @param pluginName what configurations call it
   */
  private record Example(String className, String pluginName) {
    /** The one that does such a thing. */
    static Example of(PluginKind kind) {
      return switch (kind) {
        case AUTHENTICATOR -> new Example("HttpLogin", "http-login");
        case ROUTER -> new Example("ByTenant", "by-tenant");
        case INTERCEPTOR -> new Example("SeatBelt", "seat-belt");
      };
    }
  }

  /** The name of the factory's class, with its package. */
  String factory() {
    return packageName + "." + className();
  }

  private String className() {
    return Arrays.stream(name.split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining());
  }

  /**
   * Writes it down.
   *
   * @throws FileAlreadyExistsException if there is something else
   */
  void write(Path directory) throws IOException {
    if (Files.exists(directory) && !isEmptyDirectory(directory)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    String packagePath = packageName.replace('.', '/');
    String classes = packagePath + "/" + className();
    write(directory.resolve("pom.xml"), pom());
    write(directory.resolve("README.md"), ofPlugin(read("project/README.md")));
    write(directory.resolve(".gitignore"), "/target/\n");
    write(directory.resolve("src/main/java/" + classes + ".java"), source("main", ""));
    write(directory.resolve("src/test/java/" + classes + "Test.java"), source("test", "Test"));
    write(directory.resolve("src/main/resources/" + kind.servicesFile()), factory() + "\n");
    if (kind == PluginKind.INTERCEPTOR) {
      write(
          directory.resolve("src/test/resources/" + packagePath + "/" + RECORDING),
          bytes("example/src/test/resources/%s/%s".formatted(EXAMPLE_PATH, RECORDING)));
    }
  }

  private static boolean isEmptyDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return false;
    }
    try (Stream<Path> content = Files.list(directory)) {
      return content.findAny().isEmpty();
    }
  }

  private String pom() {
    return read("example/pom.xml")
        .replace("<groupId>com.example</groupId>", "<groupId>" + packageName + "</groupId>")
        .replace("postern-example-plugin", name)
        .replace("/opt/postern", escaped(home.toString()));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }

  private String source(String tree, String suffix) {
    return ofPlugin(
        read(
            "example/src/%s/java/%s/%s%s.java"
                .formatted(tree, EXAMPLE_PATH, Example.of(kind).className(), suffix)));
  }

  private String ofPlugin(String text) {
    Example example = Example.of(kind);
    return text.replace(EXAMPLE_PACKAGE, packageName)
        .replace(example.className(), className())
        .replace(example.pluginName(), name)
        .replace("THE_PLUGIN", name)
        .replace("THE_KIND", kind.toString())
        .replace("THE_INSTALLATION", home.toString());
  }

  private static String read(String resource) {
    return new String(bytes(resource), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String resource) {
    try (InputStream in =
        Objects.requireNonNull(PluginProject.class.getResourceAsStream(resource), resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String content) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, content);
  }
}
