package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.plugin.VerifiedArchive.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // each test makes one
final class PluginDigestTest {
  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home).withBasics();
    PluginSources.router(PluginJar.at(directory.folder("more").resolve("more.jar")), "more-routes")
        .build();
  }

  private Map<String, String> digests() throws Exception {
    Map<String, String> digests =
        Plugins.verify(directory.path().resolve("auth.jar"), home).jars().stream()
            .collect(Collectors.toMap(Digest::jar, Digest::sha256));
    digests.putAll(
        Plugins.verify(directory.path().resolve("routes.jar"), home).jars().stream()
            .collect(Collectors.toMap(Digest::jar, Digest::sha256)));
    digests.putAll(
        Plugins.verify(directory.path().resolve("more"), home).jars().stream()
            .collect(Collectors.toMap(Digest::jar, Digest::sha256)));
    return digests;
  }

  private void load(Map<String, String> sha256) throws PluginLoadException {
    Plugins.load(
            new PluginJars(directory.path(), sha256, home),
            directory.selection(PluginDirectory.PLAIN),
            directory.environment())
        .close();
  }

  @Test
  void loadsJarsThatAreWhatTheConfigurationSays() throws Exception {
    Map<String, String> digests = digests();

    assertThat(digests).containsOnlyKeys("auth.jar", "routes.jar", "more/more.jar");
    load(digests);
  }

  @Test
  void refusesAJarThatIsAnother() throws Exception {
    Map<String, String> digests = digests();
    Path jar = directory.path().resolve("more/more.jar");
    Files.write(jar, new byte[] {0}, StandardOpenOption.APPEND);

    assertThatThrownBy(() -> load(digests))
        .isInstanceOf(PluginLoadException.class)
        .hasMessageStartingWith("plugins/more/more.jar: has the SHA-256 ")
        .hasMessageContaining(", and plugins.sha256 says " + digests.get("more/more.jar"));
  }

  /** Whoever put it there has not had its zip read: what it is not meant to be is not opened. */
  @Test
  void refusesWhatIsNoJarForItsDigestAndDoesNotOpenIt() throws Exception {
    Map<String, String> digests = digests();
    Files.writeString(directory.path().resolve("auth.jar"), "no jar");

    assertThatThrownBy(() -> load(digests))
        .isInstanceOf(PluginLoadException.class)
        .hasMessageStartingWith("plugins/auth.jar: has the SHA-256 ")
        .hasMessageContaining(", and plugins.sha256 says " + digests.get("auth.jar"))
        .hasMessageNotContaining("as a jar");
  }

  @Test
  void refusesAJarThatIsNotNamed() throws Exception {
    Map<String, String> digests = digests();
    digests.remove("auth.jar");

    assertThatThrownBy(() -> load(digests))
        .isInstanceOf(PluginLoadException.class)
        .hasMessage(
            "plugins/auth.jar: is not named in plugins.sha256 (remove it, or name it there with the"
                + " SHA-256 that \"postern plugin verify\" shows)");
  }

  @Test
  void verifiesWhatIsNoPluginAsStartingWould() throws Exception {
    Path text = Files.writeString(home.resolve("a.txt"), "text");
    Path broken = Files.writeString(home.resolve("broken.jar"), "no jar");

    assertThatThrownBy(() -> Plugins.verify(home.resolve("nothing.jar"), home))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> Plugins.verify(text, home)).hasMessageContaining("is no jar");
    assertThatThrownBy(() -> Plugins.verify(broken, home))
        .hasMessageContaining("broken.jar: cannot be read as a jar");
  }
}
