package dev.postern.distribution;

import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lets the JVM watch a gateway that serves real clients, and keep what it saw: the cache of loaded
 * and linked classes that the start script uses with the bundled runtime, and the list of classes
 * from which it makes an archive for any other.
 */
final class Training {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LOGINS = 20;

  private final Path layout;
  private final Path runtime;
  private final Path output;

  private Training(Path layout, Path runtime, Path output) {
    this.layout = layout;
    this.runtime = runtime;
    this.output = output;
  }

  /** Takes the layout of the zips, a runtime and the directory for what is made. */
  public static void main(String[] arguments) throws Exception {
    new Training(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2])).run();
  }

  private void run() throws Exception {
    Files.createDirectories(output);
    try (PostgresServer backend = PostgresServer.builder().start()) {
      Path cache = output.resolve("postern.aot");
      train(backend, "-XX:AOTCacheOutput=" + cache);
      train(backend, "-XX:DumpLoadedClassList=" + output.resolve("postern.classlist"));
    }
    Files.writeString(output.resolve("postern.aot.sha256"), checksums(layout.resolve("lib")));
  }

  private void train(PostgresServer backend, String option) throws Exception {
    Path directory = Files.createTempDirectory("postern-training");
    try {
      Installation postern =
          Installation.copyOf(layout, directory.resolve("postern"))
              .environment("POSTERN_JAVA_HOME", runtime.toString());
      int port = Installation.freePort();
      postern.connect(port, backend.host(), backend.port());
      QuickUser user = QuickUser.create(postern, backend, "trainee");
      postern.environment("JAVA_OPTS", option);
      try (Gateway gateway = postern.run(directory.resolve("log"))) {
        gateway.awaitListening(port, LIMIT);
        Client client =
            new Client(port, "trainee", user.name(), user.password(), postern.certificate());
        for (int i = 0; i < LOGINS; i++) {
          use(client);
        }
        gateway.stop(LIMIT);
        Path made = Path.of(option.substring(option.indexOf('=') + 1));
        if (!Files.isRegularFile(made)) {
          throw new IOException("the JVM made no " + made + "\n" + gateway.log());
        }
      }
    } finally {
      Directories.delete(directory);
    }
  }

  private static void use(Client client) throws Exception {
    try (Connection connection = client.connect();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("SELECT ?::int + 1")) {
      statement.execute("CREATE TEMPORARY TABLE numbers AS SELECT generate_series(1, 100) n");
      for (int i = 0; i < LOGINS; i++) {
        prepared.setInt(1, i);
        prepared.executeQuery().close();
        statement.executeQuery("SELECT * FROM numbers").close();
      }
    }
  }

  /** As {@code sha256sum *.jar} prints them. */
  private static String checksums(Path lib) throws Exception {
    List<Path> jars;
    try (Stream<Path> files = Files.list(lib)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    StringBuilder lines = new StringBuilder();
    for (Path jar : jars) {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
      lines.append(HexFormat.of().formatHex(hash)).append("  ").append(jar.getFileName());
      lines.append('\n');
    }
    return lines.toString();
  }
}
