package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.plugin.PluginKind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made is built, tested and loaded by the tests of the distribution. */
final class PluginNewTest {
  @TempDir Path directory;

  private final PrintStream standardOut = System.out;
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(standardOut);
    System.setErr(standardError);
  }

  @ParameterizedTest
  @EnumSource
  void everyKindHasItsOwnNamesOnly(PluginKind kind) throws Exception {
    Path project = directory.resolve("made");

    assertThat(make("own-thing", "--kind", kind.toString(), "--directory", project.toString()))
        .isZero();

    List<Path> files = files(project);
    assertThat(files)
        .extracting(file -> project.relativize(file).toString())
        .contains(
            "pom.xml",
            "README.md",
            ".gitignore",
            "src/main/java/com/example/ownthing/OwnThing.java",
            "src/test/java/com/example/ownthing/OwnThingTest.java")
        .hasSize(kind == PluginKind.INTERCEPTOR ? 7 : 6);
    files.removeIf(file -> file.toString().endsWith(".recording"));
    for (Path file : files) {
      assertThat(Files.readString(file))
          .doesNotContain("com.example.postern", "THE_", "SeatBelt", "HttpLogin", "ByTenant")
          .doesNotContain("seat-belt", "http-login", "by-tenant", "example-plugin", "/opt/postern");
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("the " + kind + " own-thing, com.example.ownthing.OwnThing");
  }

  @Test
  void thePackageCanBeChosen() throws Exception {
    Path project = directory.resolve("made");

    assertThat(make("x", "--package", "org.acme.gate", "--directory", project.toString())).isZero();

    assertThat(project.resolve("src/main/java/org/acme/gate/X.java"))
        .content()
        .contains("package org.acme.gate;");
    assertThat(project.resolve("pom.xml"))
        .content()
        .contains("<groupId>org.acme.gate</groupId>", "<artifactId>x</artifactId>");
  }

  @Test
  void whatIsNoKindIsAnsweredWithThoseThatThereAre() {
    assertThat(make("own-thing", "--kind", "Router")).isEqualTo(ExitCode.USAGE.code());

    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(
            "'--kind': \"Router\" is no kind of plugin (expected: authenticator, router or"
                + " interceptor)");
    make("--help");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("authenticator, router, interceptor");
  }

  @Test
  void whatIsThereIsNotTouched() throws Exception {
    Path file = Files.writeString(directory.resolve("notes.txt"), "mine");

    assertThat(make("own-thing", "--directory", directory.toString()))
        .isEqualTo(ExitCode.CONFLICT.code());

    assertThat(files(directory)).containsExactly(file);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("postern: %s exists, and is not an empty directory%n".formatted(directory));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Own", "own_thing", "own--thing", "-own", "1st", "own-", "../own", ""})
  void aNameThatConfigurationsCannotUseIsRefused(String name) throws Exception {
    assertThat(make("--directory", directory.resolve("made").toString(), "--", name))
        .isEqualTo(ExitCode.USAGE.code());

    assertThat(directory).isEmptyDirectory();
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("NAME: \"" + name + "\" (expected:");
  }

  private static int make(String... arguments) {
    return Postern.execute(
        Stream.concat(Stream.of("plugin", "new"), Stream.of(arguments)).toArray(String[]::new));
  }

  private static List<Path> files(Path root) throws Exception {
    try (Stream<Path> files = Files.walk(root)) {
      return new ArrayList<>(files.filter(Files::isRegularFile).toList());
    }
  }
}
