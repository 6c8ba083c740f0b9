package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.PluginFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The project of the plugin author's guide, built as its POM says, but without Maven. */
final class ExampleProject {
  static final Path FOLDER = Page.PROJECT.resolve("docs/example-plugin");

  private static final Path MAIN = FOLDER.resolve("src/main/java");
  private static final Path TEST = FOLDER.resolve("src/test/java");

  private final Document pom;

  ExampleProject() throws Exception {
    pom =
        DocumentBuilderFactory.newDefaultInstance()
            .newDocumentBuilder()
            .parse(FOLDER.resolve("pom.xml").toFile());
  }

  /** The content of the POM's first element with this name. */
  String fromPom(String element) {
    return pom.getElementsByTagName(element).item(0).getTextContent();
  }

  static List<Path> mainSources() throws IOException {
    return sources(MAIN);
  }

  static List<Path> testSources() throws IOException {
    return sources(TEST);
  }

  private static List<Path> sources(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  /** Compiles against what a plugin may see, and nothing else. */
  void compileMain(Path classes) throws Exception {
    String api =
        Stream.of(PluginFactory.class, Nullable.class, Logger.class)
            .map(ExampleProject::origin)
            .map(Path::toString)
            .collect(Collectors.joining(java.io.File.pathSeparator));
    compile(mainSources(), classes, api);
  }

  void compileTests(Path mainClasses, Path classes) throws Exception {
    String everything =
        mainClasses + java.io.File.pathSeparator + System.getProperty("java.class.path");
    compile(sources(TEST), classes, everything);
  }

  private void compile(List<Path> sources, Path classes, String classPath) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> options =
        List.of(
            "-d",
            classes.toString(),
            "-classpath",
            classPath,
            "--release",
            fromPom("maven.compiler.release"),
            "-Xlint:all,-path,-processing,-classfile",
            "-proc:none");
    List<Object> complaints = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      compiler
          .getTask(
              null,
              files,
              complaints::add,
              options,
              null,
              files.getJavaFileObjectsFromPaths(sources))
          .call();
    }
    assertThat(complaints).isEmpty();
  }

  private static Path origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Packs classes and resources, with the POM's entries in the manifest. */
  void pack(Path classes, Path jar) throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, fromPom("version"));
    for (Node entry = pom.getElementsByTagName("manifestEntries").item(0).getFirstChild();
        entry != null;
        entry = entry.getNextSibling()) {
      if (entry instanceof Element) {
        attributes.putValue(entry.getNodeName(), entry.getTextContent());
      }
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out, manifest)) {
      add(packed, classes);
      add(packed, FOLDER.resolve("src/main/resources"));
    }
  }

  private static void add(JarOutputStream packed, Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        packed.putNextEntry(new JarEntry(root.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
  }
}
