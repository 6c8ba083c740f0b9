package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.PluginFactory;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;

/**
 * Interceptors named {@code made}, compiled for the test: one that is good, others that are not.
 */
final class TestPlugins {
  /** What a factory consists of, in Java. */
  enum Part {
    CONSTRUCTOR(""),
    STATIC(""),
    NAME("return \"made\";"),
    TYPE("return Config.class;"),
    RECORD(""),
    COMPONENTS("@org.jspecify.annotations.Nullable String text"),
    CREATE("return new Made();"),
    OPEN(""),
    CLOSE(""),
    CLASS("public final class");

    private final String usual;

    Part(String usual) {
      this.usual = usual;
    }
  }

  private static final String SOURCE =
      """
      package x;
      import dev.postern.api.*;
      import dev.postern.api.intercept.*;
      import dev.postern.api.session.SessionInfo;
      @SuppressWarnings({"unchecked", "rawtypes"})
      @CLASS@ Factory implements MessageInterceptorFactory<Factory.Config> {
        public record Config(@COMPONENTS@) { public Config { @RECORD@ } }
        static { @STATIC@ }
        @CONSTRUCTOR@
        @Override public String name() { @NAME@ }
        @Override public Class<Config> configType() { @TYPE@ }
        @Override public MessageInterceptor create(Config config, PluginContext context) throws Exception {
          @CREATE@
        }
        static void fail(Throwable failure) { Factory.<RuntimeException>sneak(failure); }
        private static <T extends Throwable> void sneak(Throwable failure) throws T { throw (T) failure; }
        static final class OddError extends Error {
          OddError(String message) { super(message); }
        }
        static final class Made implements MessageInterceptor {
          @Override public void open(SessionInfo session, Interests interests) { @OPEN@ }
          @Override public void close() { @CLOSE@ }
        }
      }
      """;

  private static final Map<String, byte[]> GOOD = compile(Map.of());

  private TestPlugins() {}

  static TestJar good() {
    return jar(GOOD);
  }

  /** One that differs from the good one. */
  static TestJar with(Map<Part, String> parts) {
    return jar(compile(parts));
  }

  /** One with a factory {@code x.Factory} of another kind. */
  @SuppressWarnings("rawtypes") // the class of a generic interface
  static TestJar of(Class<? extends PluginFactory> kind, String source) {
    TestJar jar =
        new TestJar().manifest("Postern-Api: 1").with(TestJar.services(kind), "x.Factory\n");
    compile(source).forEach(jar::with);
    return jar;
  }

  private static TestJar jar(Map<String, byte[]> classes) {
    TestJar jar = new TestJar().manifest("Postern-Api: 1").with(TestJar.SERVICES, "x.Factory\n");
    classes.forEach(jar::with);
    return jar;
  }

  private static Map<String, byte[]> compile(Map<Part, String> parts) {
    String text = SOURCE;
    for (Part part : Part.values()) {
      text = text.replace("@" + part + "@", parts.getOrDefault(part, part.usual));
    }
    return compile(text);
  }

  private static Map<String, byte[]> compile(String text) {
    try {
      Path classes = Files.createTempDirectory("made");
      try {
        return compile(text, classes);
      } finally {
        delete(classes);
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<String, byte[]> compile(String text, Path classes) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String path =
        Stream.of(PluginFactory.class, NullMarked.class, Logger.class)
            .map(TestPlugins::origin)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    StringWriter messages = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                messages,
                null,
                null,
                List.of("-classpath", path, "-proc:none", "-nowarn", "-d", classes.toString()),
                null,
                List.of(new Source(text)))
            .call();
    assertThat(compiled).as(messages.toString()).isTrue();
    Map<String, byte[]> compiledClasses = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(classes.resolve("x"))) {
      for (Path file : files.sorted().toList()) {
        compiledClasses.put("x/" + file.getFileName(), Files.readAllBytes(file));
      }
    }
    return compiledClasses;
  }

  private static void delete(Path classes) throws IOException {
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static String origin(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(URI.create("string:///x/Factory.java"), JavaFileObject.Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
