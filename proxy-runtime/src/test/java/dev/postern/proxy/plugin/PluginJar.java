package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.PluginFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;

/** A jar that a test compiles and packs, whole or broken as it likes. */
final class PluginJar {
  private static final JavaCompiler COMPILER = ToolProvider.getSystemJavaCompiler();

  private final Path file;
  private final List<JavaFileObject> sources = new ArrayList<>();
  private final List<Path> libraries = new ArrayList<>();
  private final Map<String, String> manifest = new LinkedHashMap<>();
  private final Map<String, byte[]> entries = new LinkedHashMap<>();
  private final List<String> left = new ArrayList<>();
  private UnaryOperator<byte[]> change = bytes -> bytes;

  private PluginJar(Path file) {
    this.file = file;
    manifest.put("Postern-Api", "1");
  }

  static PluginJar at(Path file) {
    return new PluginJar(file);
  }

  PluginJar source(String className, String text) {
    sources.add(new Source(className, text));
    return this;
  }

  /** Compiled against, not packed. */
  PluginJar library(Path jar) {
    libraries.add(jar);
    return this;
  }

  PluginJar manifest(String key, String value) {
    manifest.put(key, value);
    return this;
  }

  PluginJar withoutApiLevel() {
    manifest.remove("Postern-Api");
    return this;
  }

  /** Adds the authenticator's factory {@code x.AuthFactory} and names it. */
  PluginJar authenticator(String source) {
    return source("x.AuthFactory", source).service(PluginKind.AUTHENTICATOR, "x.AuthFactory\n");
  }

  PluginJar service(PluginKind kind, String lines) {
    return entry(kind.servicesFile(), lines);
  }

  PluginJar entry(String name, String content) {
    entries.put(name, content.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** Leaves a compiled class out of the jar. */
  PluginJar without(String className) {
    left.add(className);
    return this;
  }

  /** Changes the bytes of every class. */
  PluginJar changing(UnaryOperator<byte[]> change) {
    this.change = change;
    return this;
  }

  Path build() throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>(entries);
    compile()
        .forEach(
            (name, bytes) -> {
              if (!left.contains(name)) {
                all.put(name.replace('.', '/') + ".class", change.apply(bytes));
              }
            });
    Manifest main = new Manifest();
    main.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.forEach((key, value) -> main.getMainAttributes().putValue(key, value));
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), main)) {
      for (Map.Entry<String, byte[]> entry : all.entrySet()) {
        jar.putNextEntry(new JarEntry(entry.getKey()));
        jar.write(entry.getValue());
      }
    }
    return file;
  }

  private Map<String, byte[]> compile() throws IOException {
    if (sources.isEmpty()) {
      return Map.of();
    }
    List<Path> classPath = new ArrayList<>(libraries);
    for (Class<?> shared : List.of(PluginFactory.class, Logger.class, NullMarked.class)) {
      classPath.add(location(shared));
    }
    String joined =
        classPath.stream()
            .map(Path::toString)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    StringWriter messages = new StringWriter();
    try (Memory memory = new Memory()) {
      boolean compiled =
          COMPILER
              .getTask(
                  messages,
                  memory,
                  null,
                  List.of("-classpath", joined, "-proc:none", "-parameters"),
                  null,
                  sources)
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
      return memory.bytes();
    }
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String className, String text) {
      super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps the compiler's output. */
  private static final class Memory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes = new TreeMap<>();

    Memory() {
      super(COMPILER.getStandardFileManager(null, null, StandardCharsets.UTF_8));
    }

    Map<String, byte[]> bytes() {
      Map<String, byte[]> bytes = new LinkedHashMap<>();
      classes.forEach((name, content) -> bytes.put(name, content.toByteArray()));
      return bytes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(
          URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream content = new ByteArrayOutputStream();
          classes.put(className, content);
          return content;
        }
      };
    }
  }
}
