package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stops the start because of the directory, its folders, and who may write there. */
final class PluginDirectoryRefusalTest {
  private final PluginDirectory directory;

  PluginDirectoryRefusalTest(@TempDir Path home) throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesADirectoryThatIsNotThere() throws Exception {
    PluginLoadException refusal =
        catchThrowableOfType(
            PluginLoadException.class,
            () ->
                Plugins.load(
                    new PluginJars(directory.home().resolve("nowhere"), null, directory.home()),
                    directory.selection(PluginDirectory.PLAIN),
                    directory.environment()));

    assertThat(refusal)
        .hasMessage(
            "nowhere: not a directory (make it, or set plugins.directory to where plugins are)");
  }

  @Test
  void refusesAFolderWithoutAJar() throws Exception {
    directory.folder("empty");

    directory.assertRefused(
        "plugins/empty: a folder without a jar (put the plugin's jars into it, or remove it)");
  }

  @Test
  void refusesADirectoryThatEveryoneCanWriteTo() throws Exception {
    Files.setPosixFilePermissions(directory.path(), PosixFilePermissions.fromString("rwxrwxrwx"));

    directory.assertRefused(
        "plugins: everyone can write to it (run: chmod o-w " + directory.path() + ")");
  }

  @Test
  void refusesAJarThatEveryoneCanWriteTo() throws Exception {
    Path jar = directory.path().resolve("routes.jar");
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw-rw-rw-"));

    directory.assertRefused(
        "plugins/routes.jar: everyone can write to it (run: chmod o-w " + jar + ")");
  }

  @Test
  void refusesAJarInAFolderThatEveryoneCanWriteTo() throws Exception {
    Path folder = directory.folder("mine");
    Path jar = PluginSources.router(PluginJar.at(folder.resolve("mine.jar")), "mine").build();
    Files.setPosixFilePermissions(jar, PosixFilePermissions.fromString("rw----rw-"));

    directory.assertRefused(
        "plugins/mine/mine.jar: everyone can write to it (run: chmod o-w " + jar + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plugins/pipe.jar", "plugins/mine/pipe.jar"})
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void refusesAPipeAndDoesNotWaitForItsWriter(String name) throws Exception {
    Path pipe = directory.home().resolve(name);
    Files.createDirectories(pipe.getParent());
    assertThat(new ProcessBuilder("mkfifo", "-m", "644", pipe.toString()).start().waitFor())
        .isZero();

    directory.assertRefused(name + ": is no regular file (put the jar itself there, or remove it)");
  }

  @Test
  void reportsAllJarsAtOnce() throws Exception {
    Files.writeString(directory.path().resolve("a.jar"), "no zip");
    directory.jar("b.jar").build();

    PluginLoadException refusal =
        catchThrowableOfType(PluginLoadException.class, () -> directory.load());

    assertThat(refusal.problems())
        .extracting(PluginProblem::place)
        .containsExactly("plugins/a.jar", "plugins/b.jar");
  }
}
