package dev.postern.proxy.cli;

import dev.postern.api.PluginFactory;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.RouterFactory;
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
record PluginProject(String name, Kind kind, String packageName, Path home) {
  private static final String EXAMPLE_PACKAGE = "com.example.postern";
  private static final String EXAMPLE_PATH = "com/example/postern";

  /** What the tests of an interceptor play. */
  private static final String RECORDING = "psql.recording";

  /** What a plugin does, and the example of the guide that does such a thing. */
  enum Kind {
    authenticator("HttpLogin", "http-login", AuthenticatorFactory.class),
    router("ByTenant", "by-tenant", RouterFactory.class),
    interceptor("SeatBelt", "seat-belt", MessageInterceptorFactory.class);

    private final String example;
    private final String exampleName;
    private final String services;

    @SuppressWarnings("rawtypes") // the class of a generic interface
    Kind(String example, String exampleName, Class<? extends PluginFactory> factory) {
      this.example = example;
      this.exampleName = exampleName;
      services = factory.getName();
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
    write(
        directory.resolve("src/main/resources/META-INF/services/" + kind.services),
        factory() + "\n");
    if (kind == Kind.interceptor) {
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
                .formatted(tree, EXAMPLE_PATH, kind.example, suffix)));
  }

  private String ofPlugin(String text) {
    return text.replace(EXAMPLE_PACKAGE, packageName)
        .replace(kind.example, className())
        .replace(kind.exampleName, name)
        .replace("THE_PLUGIN", name)
        .replace("THE_KIND", kind.name())
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
