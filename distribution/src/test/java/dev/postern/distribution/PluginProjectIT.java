package dev.postern.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.Programs;
import dev.postern.testkit.RunningProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a plugin in service, with the zip, a JDK and Maven. */
final class PluginProjectIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String NAME = "own-plugin";
  private static final String CLASS = "com.example.ownplugin.OwnPlugin";
  private static final String SENTENCE = "this statement is refused here";
  private static final String OTHER_SENTENCE = "this statement is refused now";

  /** Number, instances, bytes, class. */
  private static final Pattern LOADERS =
      Pattern.compile("\\s(\\d+)\\s+\\d+\\s+dev\\.postern\\.proxy\\.plugin\\.PluginClassLoader\\s");

  @TempDir private Path directory;

  @Test
  void everyKindIsBuiltTestedAndLoaded() throws Exception {
    Installation postern = unpack();
    PluginProjects projects = new PluginProjects(postern, directory);
    for (String kind : new String[] {"authenticator", "router"}) {
      Path jar = projects.build(projects.make("own-" + kind, kind));
      assertThat(postern.command("", "plugin", "verify", jar.toString())).contains("own-" + kind);
    }
  }

  @Test
  void aNewJarIsPutInServiceUnderLoadAndTheOldClassesGo() throws Exception {
    Installation postern = unpack().environment("POSTERN_CLASS_ARCHIVE", "no");
    PluginProjects projects = new PluginProjects(postern, directory);
    Path project = projects.make(NAME, "interceptor");
    Path first = keep(projects.build(project), "first.jar");
    sayOther(project);
    Path second = keep(projects.build(project), "second.jar");
    PostgresServer server = PostgresServer.shared();
    int port = Installation.freePort();
    postern.connect(port, server.host(), server.port());
    postern.configureMore(
        "\ninterceptors:\n  - plugin: %s\n    config:\n      words: [drop]\n".formatted(NAME));
    putInPlace(first, postern);
    QuickUser user = QuickUser.create(postern, server, "plugin_author");
    try (Gateway gateway = postern.run(directory.resolve("log"))) {
      gateway.awaitListening(port, LIMIT);
      Client client =
          new Client(port, user.name(), user.name(), user.password(), postern.certificate());
      try (Connection old = client.connect();
          RunningProgram load = load(client)) {
        expectRefused(old, SENTENCE);
        int loaders = loaders(gateway);
        for (int i = 0; i < 3; i++) {
          putInPlace(i % 2 == 0 ? second : first, postern);
          postern.command("", "plugin", "reload", NAME);
        }
        expectRefused(old, SENTENCE);
        try (Connection fresh = client.connect()) {
          expectRefused(fresh, OTHER_SENTENCE);
        }
        ProgramRun run = load.await(LIMIT).expectSuccess();
        assertThat(run.output()).contains("number of failed transactions: 0 ");
        old.close();
        await().atMost(LIMIT).until(() -> loaders(gateway) == loaders);
      }
      assertThat(gateway.stop(LIMIT)).isZero();
    }
  }

  private RunningProgram load(Client client) throws Exception {
    Path script = Files.writeString(directory.resolve("load.sql"), "SELECT 1;\n");
    return Programs.require("pgbench")
        .environment("PGPASSWORD", client.password())
        .with("-n", "-c", "4", "-j", "1", "-T", "15", "-f", script.toString(), client.conninfo())
        .start();
  }

  private static void expectRefused(Connection connection, String sentence) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("DROP TABLE nothing"))
          .hasMessageContaining(sentence);
    }
  }

  /** How many class loaders of plugins the gateway has, behind a garbage collection. */
  private int loaders(Gateway gateway) throws Exception {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                String.valueOf(gateway.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(histogram).contains(CLASS);
    Matcher row = LOADERS.matcher(histogram);
    assertThat(row.find()).as(histogram).isTrue();
    return Integer.parseInt(row.group(1));
  }

  private static void sayOther(Path project) throws Exception {
    Path source = project.resolve("src/main/java/" + CLASS.replace('.', '/') + ".java");
    Files.writeString(source, Files.readString(source).replace(SENTENCE, OTHER_SENTENCE));
  }

  private Path keep(Path jar, String name) throws Exception {
    return Files.copy(jar, directory.resolve(name));
  }

  private static void putInPlace(Path jar, Installation postern) throws Exception {
    Path target = postern.home().resolve("plugins/own-plugin-1.0.0.jar");
    Path beside = postern.home().resolve("own-plugin.new");
    Files.copy(jar, beside);
    Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
  }

  private Installation unpack() throws Exception {
    return Installation.ofBuild(
        name -> name.contains("linux-x64"),
        Files.createDirectory(directory.resolve("a path with spaces")));
  }
}
