package dev.postern.distribution;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A zip of Postern, unpacked, with {@code bin/postern} to call. Used by one thread. */
final class Installation {
  private final Path home;
  private final Map<String, String> environment = new HashMap<>();

  private Installation(Path home) {
    this.home = home;
    environment.put("PATH", System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
    environment.put("HOME", home.toString());
    environment.put("LC_ALL", "C.UTF-8");
  }

  /** Unpacks a zip as {@code unzip} does, permissions included. */
  static Installation unpack(Path zip, Path directory) throws IOException {
    try (FileSystem archive =
        FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true))) {
      copy(archive.getPath("/"), directory);
    }
    try (Stream<Path> unpacked = Files.list(directory)) {
      return new Installation(unpacked.findFirst().orElseThrow());
    }
  }

  /** Unpacks a zip of this build; where it makes none of that name, the test is skipped. */
  static Installation ofBuild(Predicate<String> name, Path directory) throws IOException {
    try (Stream<Path> built = Files.list(Path.of("target"))) {
      Optional<Path> zip =
          built
              .filter(file -> file.toString().endsWith(".zip"))
              .filter(file -> name.test(file.getFileName().toString()))
              .findFirst();
      assumeTrue(zip.isPresent(), "this zip is not made on this platform");
      return unpack(zip.get(), directory);
    }
  }

  /** Copies what would be in a zip. */
  static Installation copyOf(Path layout, Path directory) throws IOException {
    copy(layout, directory);
    return new Installation(directory);
  }

  Path home() {
    return home;
  }

  Path configuration() {
    return home.resolve("conf/postern.yaml");
  }

  /** The certificate that the sample configuration has made at the first start. */
  Path certificate() {
    return home.resolve("conf/tls/server.crt");
  }

  /** Sets a variable for what is started from here on; nothing but PATH is taken over. */
  Installation environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Replaces a text that stands in the configuration exactly once. */
  void configure(String old, String text) throws IOException {
    String yaml = Files.readString(configuration());
    int at = yaml.indexOf(old);
    if (at < 0 || yaml.indexOf(old, at + 1) >= 0) {
      throw new IllegalStateException(configuration() + ": not there exactly once: " + old);
    }
    Files.writeString(configuration(), yaml.replace(old, text));
  }

  /** Adds to the end of the configuration. */
  void configureMore(String yaml) throws IOException {
    Files.writeString(configuration(), yaml, StandardOpenOption.APPEND);
  }

  /** Writes a file that only its owner may read; {@code path} is relative to the installation. */
  void file(String path, String text) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(file.getParent());
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  /** Makes it one of several behind one address. */
  void join(String cluster, String secret) throws IOException {
    file("conf/cluster.secret", secret);
    configureMore("\n" + cluster);
  }

  /** Lets clients in at one port of the loopback interface, and passes them to another. */
  void connect(int listener, String backendHost, int backendPort) throws IOException {
    configure("    port: 6432\n", "    port: " + listener + "\n");
    configure(
        "          - host: 127.0.0.1\n            port: 5432\n",
        "          - host: %s\n            port: %d\n".formatted(backendHost, backendPort));
  }

  /** Runs a command to its end and gives its standard output. */
  String command(String input, String... arguments) throws IOException, InterruptedException {
    Ended ended = end(input, arguments);
    if (ended.exitCode != 0) {
      throw new IOException(
          "postern %s ended with %d%n%s%s"
              .formatted(String.join(" ", arguments), ended.exitCode, ended.output, ended.errors));
    }
    return ended.output;
  }

  /** How a command ended, and what it wrote. */
  record Ended(int exitCode, String output, String errors) {}

  /** Runs a command to its end, whichever that is. */
  Ended end(String input, String... arguments) throws IOException, InterruptedException {
    Process process = builder(arguments).start();
    try (var stdin = process.getOutputStream()) {
      stdin.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended, and read nothing.
    }
    Path errors = Files.createTempFile("postern", ".err");
    try (var stderr = process.getErrorStream()) {
      Thread reader = Thread.startVirtualThread(() -> copy(stderr, errors));
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      reader.join();
      return new Ended(exitCode, output, Files.readString(errors));
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  /** Starts {@code postern run}; what it prints goes to a file. */
  Gateway run(Path log) throws IOException {
    return new Gateway(
        builder("run").redirectErrorStream(true).redirectOutput(log.toFile()).start(), log);
  }

  /** A port of the loopback interface that nobody listens on now. */
  static int freePort() throws IOException {
    return freePort(0);
  }

  /** The port if nobody listens on it, else any that is free. */
  static int freePort(int wanted) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      return socket.getLocalPort();
    } catch (java.net.BindException e) {
      return freePort(0);
    }
  }

  private ProcessBuilder builder(String... arguments) {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(home.resolve("bin/postern").toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private static void copy(java.io.InputStream from, Path to) {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
        if (!file.equals(from)) {
          Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(file));
        }
      }
    }
  }
}
