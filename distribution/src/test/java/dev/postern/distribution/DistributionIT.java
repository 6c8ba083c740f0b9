package dev.postern.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The zips, unpacked and used as their readers would. */
final class DistributionIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String CLIENT = "a_client";

  @TempDir private Path directory;

  @Test
  void runsFromAPathWithASpaceAndWithoutJavaOnPath() throws Exception {
    Installation postern = linux().environment("PATH", pathWithoutJava());

    assertThat(servesAClient(postern)).isEqualTo(CLIENT);
  }

  @Test
  void runsOnTheJavaThatJavaHomeNames() throws Exception {
    Installation postern = portable().environment("JAVA_HOME", System.getProperty("java.home"));

    assertThat(servesAClient(postern)).isEqualTo(CLIENT);
  }

  @Test
  void acceptsItsSampleConfiguration() throws Exception {
    Installation postern = portable().environment("JAVA_HOME", System.getProperty("java.home"));

    postern.command("", "config", "check");
  }

  @Test
  void doesNotStartWithAPluginThatIsMissingAndTellsScripts() throws Exception {
    Installation postern = linux();
    postern.configure("plugin: static-routes\n", "plugin: nowhere\n");

    assertThatThrownBy(() -> postern.command("", "run"))
        .hasMessageContaining("ended with 78")
        .hasMessageContaining("nowhere");
  }

  @ParameterizedTest
  @EnumSource
  void tellsInOneLineWhatIsBroken(BrokenThing broken) throws Exception {
    Installation postern = portable().environment("JAVA_HOME", System.getProperty("java.home"));
    postern.environment("POSTERN_CLASS_ARCHIVE", "no");
    broken.of(postern);

    expectOneLine(postern, broken.exitCode(), broken.told());
  }

  @Test
  void tellsInOneLineThatThereIsNoJava() throws Exception {
    Installation postern = portable().environment("PATH", pathWithoutJava());

    expectOneLine(
        postern, 1, List.of("Java 25 is needed and was not found", "JAVA_HOME (not set)"));
  }

  private static void expectOneLine(Installation postern, int exitCode, List<String> told)
      throws Exception {
    Installation.Ended run = postern.end("", "run");

    assertThat(run.exitCode()).as(run.toString()).isEqualTo(exitCode);
    assertThat(run.errors().lines().toList())
        .singleElement()
        .asString()
        .startsWith("postern: ")
        .contains(told)
        .doesNotContain("Exception", "null");
    assertThat(run.output()).doesNotContain("Exception", "\tat ", "stopped");
    if (!run.output().isEmpty()) { // else no Java was started
      assertThat(run.output().lines().toList())
          .last()
          .asString()
          .contains(told)
          .contains(" ERROR ");
    }
  }

  @Test
  void keepsItsDataFromOtherAccounts() throws Exception {
    assertThat(Files.getPosixFilePermissions(portable().home().resolve("data")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void bringsPluginsWithLibrariesInFoldersOfTheirOwn() throws Exception {
    Path home = portable().home();

    assertThat(names(home.resolve("plugins/ldap")))
        .hasSize(2)
        .anyMatch(name -> name.startsWith("postern-plugin-ldap-"))
        .anyMatch(name -> name.startsWith("unboundid-ldapsdk-"));
    assertThat(names(home.resolve("plugins/oauth")))
        .hasSize(2)
        .anyMatch(name -> name.startsWith("postern-plugin-oauth-"))
        .anyMatch(name -> name.startsWith("nimbus-jose-jwt-"));
    assertThat(names(home.resolve("lib")))
        .noneMatch(name -> name.startsWith("unboundid"))
        .noneMatch(name -> name.startsWith("nimbus"));
  }

  @Test
  void bringsEveryBundledPlugin() throws Exception {
    Path plugins = portable().home().resolve("plugins");
    assertThat(names(plugins))
        .anyMatch(name -> name.startsWith("postern-plugin-scram-"))
        .anyMatch(name -> name.startsWith("postern-plugin-static-routes-"))
        .anyMatch(name -> name.startsWith("postern-plugin-query-log-"))
        .anyMatch(name -> name.startsWith("postern-plugin-limits-"))
        .anyMatch(name -> name.startsWith("postern-plugin-audit-"))
        .anyMatch(name -> name.startsWith("postern-plugin-recorder-"))
        .anyMatch(name -> name.startsWith("postern-plugin-rules-"))
        .anyMatch(name -> name.startsWith("postern-plugin-tenant-"));
    assertThat(names(plugins.resolve("mask")))
        .anyMatch(name -> name.startsWith("postern-plugin-mask-"))
        .anyMatch(name -> name.startsWith("postgresql-"));
  }

  @Test
  void verifiesAllPluginsAtOnceAndNamesTheirJarsAsDigestsDo() throws Exception {
    Installation postern = linux();
    Path plugins = postern.home().resolve("plugins");
    List<String> shown =
        postern.command("", "plugin", "verify", plugins.toString()).lines().toList();

    assertThat(shown).anyMatch(line -> line.startsWith("ldap "));
    assertThat(shown).anyMatch(line -> line.startsWith("oauth "));
    assertThat(jars(plugins)).hasSizeGreaterThan(10);
    for (Path jar : jars(plugins)) {
      String name = plugins.relativize(jar).toString();
      assertThat(shown).as(name).anyMatch(line -> line.startsWith(name + " "));
    }
  }

  @Test
  void namesTheLicenceOfEveryLibrary() throws Exception {
    Path home = portable().home();
    String notice = Files.readString(home.resolve("NOTICE"));

    assertThat(libraries(home.resolve("lib"))).isNotEmpty().allMatch(isNamedIn(notice));
    assertThat(libraries(home.resolve("plugins"))).isNotEmpty().allMatch(isNamedIn(notice));
  }

  @Test
  void bringsACompletionThatBashUnderstands() throws Exception {
    Path completion = portable().home().resolve("share/bash-completion/postern");

    assertThat(new ProcessBuilder("bash", "-n", completion.toString()).start().waitFor()).isZero();
  }

  @Test
  void itsDocumentationLinksToWhatIsThere() throws Exception {
    assertThat(new Documentation(portable().home()).brokenLinks()).isEmpty();
  }

  @Test
  void itsReadmeLeadsToALoginInThreeCommands() throws Exception {
    assumeTrue(isOnPath("psql"), "psql is not there");
    Installation postern = linux();
    PostgresServer server = PostgresServer.shared();
    String password = QuickUser.newPassword();
    server.createRole("alice", password);
    int port = Installation.freePort();
    postern.connect(port, server.host(), server.port());
    List<String> commands = new Documentation(postern.home()).commands("README.md");

    assertThat(commands).hasSize(3).first().isEqualTo("bin/postern run");
    try (Gateway gateway = postern.run(directory.resolve("log"))) {
      gateway.awaitListening(port, LIMIT);
      String rest =
          commands
              .get(1)
              .replace("localhost", "localhost:" + server.port())
              .concat(" --password-stdin <<< trusted\n")
              .concat(commands.get(2).replace("6432", "" + port))
              .concat(" -Atc 'SELECT current_user'");
      String said = bash(postern.home(), "export PGPASSWORD=" + password + "; set -e\n" + rest);
      assertThat(said)
          .as("a role without a password is no failure")
          .containsPattern("\\npostgres +skipped +has no password\n")
          .containsPattern("\\nalice +added +-\n")
          .endsWith("\nalice\n");
    }
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  @Test
  void bringsTheJavadocOfTheApi() throws Exception {
    Path api = portable().home().resolve("share/doc/api");

    assertThat(api.resolve("index.html")).isRegularFile();
  }

  @Test
  void isAllThatAPluginNeedsToBeMadeAndLoaded() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"));
    Installation postern = portable().environment("JAVA_HOME", jdk.toString());
    Documentation documentation = new Documentation(postern.home().resolve("share/doc"));
    String script =
        documentation
            .shellExample("docs/plugin-authors-guide.md", "javac")
            .replace("POSTERN=/opt/postern", "POSTERN=\"$OLDPWD\"");
    Path project = documentation.folder().resolve("docs/example-plugin");

    assertThat(shell(postern.home(), jdk, "cd '" + project + "' && set -e\n" + script)).isZero();
    postern.configure("plugin: static-routes\n", "plugin: by-tenant\n");

    assertThatThrownBy(() -> postern.command("", "config", "check"))
        .as("what the loaded plugin says of another's configuration")
        .hasMessageContaining("tenants");
  }

  /** Runs a script with a JDK on the path, and says how it ended. */
  private int shell(Path home, Path jdk, String script) throws Exception {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(home.toFile());
    builder.environment().merge("PATH", jdk.resolve("bin") + ":", (old, bin) -> bin + old);
    return ended(builder);
  }

  /** What a script prints; it has to succeed. */
  private String bash(Path home, String script) throws Exception {
    ended(new ProcessBuilder("bash", "-c", script).directory(home.toFile()));
    return Files.readString(directory.resolve("shell.log"));
  }

  private int ended(ProcessBuilder builder) throws Exception {
    Path output = directory.resolve("shell.log");
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      throw new IOException(Files.readString(output));
    }
    return exitCode;
  }

  /** Who the server thinks it is talking to, at the end of a login with the zip's own settings. */
  private String servesAClient(Installation postern) throws Exception {
    postern.environment("POSTERN_CLASS_ARCHIVE", "no");
    PostgresServer server = PostgresServer.shared();
    int port = Installation.freePort();
    postern.connect(port, server.host(), server.port());
    QuickUser user = QuickUser.create(postern, server, CLIENT);
    try (Gateway gateway = postern.run(directory.resolve("log"))) {
      gateway.awaitListening(port, LIMIT);
      String name =
          new Client(port, CLIENT, user.name(), user.password(), postern.certificate())
              .query("SELECT current_user");
      assertThat(postern.command("", "user", "list")).contains(CLIENT);
      assertThat(gateway.stop(LIMIT)).isZero();
      assertThat(gateway.log()).doesNotContain("[warning]").doesNotContain("WARNING:");
      return name;
    }
  }

  private Installation portable() throws IOException {
    return unpack(name -> !name.contains("linux"));
  }

  private Installation linux() throws IOException {
    return unpack(name -> name.contains("linux-x64"));
  }

  private Installation unpack(Predicate<String> which) throws IOException {
    return Installation.ofBuild(
        which, Files.createDirectory(directory.resolve("a path with spaces")));
  }

  /** A directory with what the start script needs and no java. */
  private String pathWithoutJava() throws IOException {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    for (String program :
        List.of("sh", "dirname", "readlink", "sed", "ls", "cat", "sha256sum", "env")) {
      Path found =
          Stream.of("/usr/bin", "/bin")
              .map(path -> Path.of(path, program))
              .filter(Files::isExecutable)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(bin.resolve(program), found);
    }
    return bin.toString();
  }

  /**
   * A line of the notice begins with a jar's name without its version, or with what it begins with.
   */
  private static Predicate<String> isNamedIn(String notice) {
    return jar ->
        notice
            .lines()
            .filter(line -> line.startsWith("  "))
            .flatMap(line -> Stream.of(line.strip().split("\\s{2,}", 2)[0].split(", ", -1)))
            .anyMatch(
                name -> name.endsWith("-") ? jar.startsWith(name) : jar.matches(name + "-[0-9].*"));
  }

  /** The libraries in a folder and in those below it. */
  private static List<String> libraries(Path folder) throws IOException {
    return jars(folder).stream()
        .map(jar -> jar.getFileName().toString())
        .filter(name -> !name.startsWith("proxy-") && !name.startsWith("postern-"))
        .toList();
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.getFileName().toString().endsWith(".jar")).toList();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
