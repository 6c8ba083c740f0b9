package dev.postern.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/postern} by itself, with programs in place of Java that print how they were called.
 */
final class StartScriptTest {
  private static final Path SCRIPT = Path.of("src/main/bin/postern").toAbsolutePath();

  @TempDir private Path directory;
  private Path home;

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(directory.resolve("a path with spaces/postern"));
    Files.createDirectories(home.resolve("bin"));
    Files.copy(SCRIPT, home.resolve("bin/postern"));
    Files.createDirectories(home.resolve("lib"));
    for (String jar : List.of("b.jar", "a-1.jar", "a.jar", "command.options")) {
      Files.createFile(home.resolve("lib").resolve(jar));
    }
    Files.createDirectories(home.resolve("conf"));
    Files.createFile(home.resolve("conf/jvm.options"));
  }

  /** Or the JVM of a command complains that the prepared classes do not fit. */
  @Test
  void opensForCommandsWhatItOpensForTheGateway() throws IOException {
    assertThat(opened("src/main/lib/command.options"))
        .isEqualTo(opened("src/main/conf/jvm.options"));
  }

  private static List<String> opened(String options) throws IOException {
    return Files.readAllLines(Path.of(options)).stream()
        .filter(line -> line.startsWith("--add-opens"))
        .toList();
  }

  @Test
  void takesTheJavaOfPosternJavaHomeFirst() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);

    assertThat(
            run(
                    Map.of(
                        "POSTERN_JAVA_HOME", java("first", 25),
                        "JAVA_HOME", java("second", 25)),
                    "status")
                .output())
        .startsWith("first\n");
  }

  @Test
  void takesTheBundledRuntimeBeforeJavaHome() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);

    assertThat(run(Map.of("JAVA_HOME", java("second", 25)), "status").output())
        .startsWith("runtime\n");
  }

  @Test
  void takesTheJavaOnPathWhereJavaHomeIsTooOld() throws Exception {
    String onPath = java("on-path", 25);

    assertThat(
            run(
                    Map.of(
                        "JAVA_HOME",
                        java("old", 17),
                        "PATH",
                        onPath + "/bin:" + System.getenv("PATH")),
                    "status")
                .output())
        .startsWith("on-path\n");
  }

  @Test
  void takesAJavaNewerThanTheOneItWasBuiltWith() throws Exception {
    assertThat(run(Map.of("JAVA_HOME", java("newer", 26)), "status").output())
        .startsWith("newer\n");
  }

  @Test
  void saysWhereItLookedWhenThereIsNoJava25() throws Exception {
    String old = java("old", 17);

    Result result =
        run(Map.of("JAVA_HOME", old, "PATH", old + "/bin:" + System.getenv("PATH")), "status");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output())
        .startsWith("postern: Java 25 is needed and was not found; looked at POSTERN_JAVA_HOME")
        .contains("JAVA_HOME (" + old + ")")
        .contains("java on PATH (" + old + "/bin/java)");
  }

  @Test
  void refusesAPosternJavaHomeThatIsTooOld() throws Exception {
    Result result =
        run(
            Map.of("POSTERN_JAVA_HOME", java("old", 17), "JAVA_HOME", java("second", 25)),
            "status");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).startsWith("postern: POSTERN_JAVA_HOME is not a Java 25: ");
  }

  @Test
  void listsTheJarsInNameOrder() throws Exception {
    Result result = run(Map.of("JAVA_HOME", java("java", 25)), "status");

    assertThat(result.output())
        .contains("[%1$s/lib/a-1.jar:%1$s/lib/a.jar:%1$s/lib/b.jar]".formatted(home));
  }

  @Test
  void passesArgumentsOnAsTheyAre() throws Exception {
    Result result =
        run(Map.of("JAVA_HOME", java("java", 25)), "user", "add", "a b", "*", "", "$HOME");

    assertThat(result.output())
        .endsWith("[dev.postern.proxy.cli.Postern]\n[user]\n[add]\n[a b]\n[*]\n[]\n[$HOME]\n");
  }

  @Test
  void addsJavaOptsAfterTheOptionsOfTheFile() throws Exception {
    Result result =
        run(Map.of("JAVA_HOME", java("java", 25), "JAVA_OPTS", "-Xmx1g -Dx=*"), "status");

    assertThat(result.output())
        .startsWith("java\n[@%s/lib/command.options]\n[-Xmx1g]\n[-Dx=*]\n".formatted(home));
  }

  @Test
  void runsTheGatewayWithTheOptionsOfTheConfiguration() throws Exception {
    Path conf = Files.createDirectories(directory.resolve("etc/some where"));
    Files.createFile(conf.resolve("jvm.options"));

    Result result =
        run(Map.of("JAVA_HOME", java("java", 25), "POSTERN_CONF", conf.toString()), "run");

    assertThat(result.output()).startsWith("java\n[@%s/jvm.options]\n".formatted(conf));
  }

  @Test
  void usesThePreparedClassesWhileTheJarsAreThoseTheyWereMadeFrom() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);
    prepareClasses();

    assertThat(run(Map.of(), "status").output())
        .startsWith("runtime\n[-XX:AOTCache=%s/lib/postern.aot]\n".formatted(home));
  }

  @Test
  void doesWithoutThePreparedClassesOnceAJarWasReplaced() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);
    prepareClasses();
    Files.writeString(home.resolve("lib/b.jar"), "patched");

    assertThat(run(Map.of(), "status").output())
        .startsWith("runtime\n[@%s/lib/command.options]\n".formatted(home));
  }

  @Test
  void givesTheJarsBackTheTimesThatTheJvmWants() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);
    prepareClasses();
    Path jar = home.resolve("lib/b.jar");
    FileTime built = Files.getLastModifiedTime(jar);
    Files.setLastModifiedTime(jar, FileTime.fromMillis(built.toMillis() + 4 * 3_600_000));

    assertThat(run(Map.of(), "status").output()).startsWith("runtime\n[-XX:AOTCache=");
    assertThat(Files.getLastModifiedTime(jar).to(TimeUnit.SECONDS))
        .isEqualTo(built.to(TimeUnit.SECONDS));
  }

  @Test
  void leavesTheTimesOfOtherJarsAlone() throws Exception {
    java(home.resolve("runtime"), "runtime", 25);
    prepareClasses();
    Path jar = Files.writeString(home.resolve("lib/b.jar"), "patched");
    Files.setLastModifiedTime(jar, FileTime.fromMillis(1_000_000));

    run(Map.of(), "status");

    assertThat(Files.getLastModifiedTime(jar).toMillis()).isEqualTo(1_000_000);
  }

  @Test
  void doesWithoutThePreparedClassesOnAnotherJava() throws Exception {
    prepareClasses();

    assertThat(run(Map.of("JAVA_HOME", java("java", 25)), "status").output())
        .startsWith("java\n[@%s/lib/command.options]\n".formatted(home));
  }

  @Test
  void findsItsHomeThroughSymbolicLinks() throws Exception {
    Path links = Files.createDirectories(directory.resolve("other links"));
    Files.createSymbolicLink(links.resolve("direct"), home.resolve("bin/postern"));
    Files.createSymbolicLink(links.resolve("postern"), Path.of("direct"));

    Result result = run(links.resolve("postern"), Map.of("JAVA_HOME", java("java", 25)), "status");

    assertThat(result.output()).contains(home + "/lib/a.jar");
  }

  @Test
  void tellsPosternWhereThingsAre() throws Exception {
    Result result =
        run(Map.of("JAVA_HOME", java("java", 25), "POSTERN_DATA", "/var/lib/x y"), "status");

    assertThat(result.output())
        .contains("HOME=%1$s\nCONF=%1$s/conf\nDATA=/var/lib/x y\n".formatted(home.toRealPath()));
  }

  private void prepareClasses() throws Exception {
    Files.createFile(home.resolve("lib/postern.aot"));
    Process sums =
        new ProcessBuilder(
                "sh",
                "-c",
                "cksum a-1.jar a.jar b.jar > postern.aot.cksum"
                    + " && stat -c '%Y %n' a-1.jar a.jar b.jar > postern.aot.times")
            .directory(home.resolve("lib").toFile())
            .start();
    assertThat(sums.waitFor()).isZero();
  }

  private String java(String name, int version) throws IOException {
    Path javaHome = directory.resolve("java homes").resolve(name);
    java(javaHome, name, version);
    return javaHome.toString();
  }

  private static void java(Path javaHome, String name, int version) throws IOException {
    Path program = Files.createDirectories(javaHome.resolve("bin")).resolve("java");
    Files.writeString(
        program,
        """
        #!/bin/sh
        echo %s
        for argument in "$@"; do
          [ "$argument" != -cp ] || {
            echo "HOME=$POSTERN_HOME"
            echo "CONF=$POSTERN_CONF"
            echo "DATA=$POSTERN_DATA"
          }
          printf '[%%s]\\n' "$argument"
        done
        """
            .formatted(name));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"%d.0.3\"\n".formatted(version));
  }

  private Result run(Map<String, String> environment, String... arguments) throws Exception {
    return run(home.resolve("bin/postern"), environment, arguments);
  }

  private static Result run(Path script, Map<String, String> environment, String... arguments)
      throws Exception {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add("sh");
    builder.command().add(script.toString());
    builder.command().addAll(List.of(arguments));
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("JAVA") || key.startsWith("POSTERN"));
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  private record Result(int exitCode, String output) {}
}
