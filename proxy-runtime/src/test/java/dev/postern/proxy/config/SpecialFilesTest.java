package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** To open a pipe waits for somebody who writes, and a device may have no end. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SpecialFilesTest {
  /** What a plugin may have of its own. */
  record Login(Secret password) {}

  @TempDir Path home;

  @Test
  void aPipeInThePlaceOfTheConfigurationIsNotWaitedFor() throws Exception {
    Path file = pipe("postern.yaml");

    assertThatThrownBy(() -> ConfigurationFile.load(file, home))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("postern.yaml: is no regular file");
  }

  @Test
  void aPipeInThePlaceOfAPluginsFileIsNotWaitedFor() throws Exception {
    Path file = pipe("users.yaml");

    assertThatThrownBy(() -> new Binder(home, Map.of()).bind(file, Login.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("users.yaml: is no regular file");
  }

  @Test
  void aPipeInThePlaceOfASecretIsNotWaitedFor() throws Exception {
    pipe("audit.key");

    assertThatThrownBy(
            () -> new Binder(home, Map.of()).bind("password: {file: audit.key}", Login.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("configuration:1:18: password.file: \"audit.key\": not a file");
  }

  /** As Kubernetes mounts them: a link to a file in a folder that is itself a link. */
  @Test
  void aLinkInThePlaceOfEachIsFollowed() throws Exception {
    Path folder = Files.createDirectory(home.resolve("..2026_01_01"));
    Files.createSymbolicLink(home.resolve("..data"), folder.getFileName());
    Path secret = Files.writeString(folder.resolve("password"), "hunter2");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(folder.resolve("login.yaml"), "password: {file: password}");
    for (String name : new String[] {"password", "login.yaml"}) {
      Files.createSymbolicLink(home.resolve(name), Path.of("..data", name));
    }

    Login login = new Binder(home, Map.of()).bind(home.resolve("login.yaml"), Login.class);

    assertThat(login.password().toChars()).containsExactly("hunter2".toCharArray());
  }

  private Path pipe(String name) throws Exception {
    Path pipe = home.resolve(name);
    assertThat(new ProcessBuilder("mkfifo", "-m", "600", pipe.toString()).start().waitFor())
        .isZero();
    return pipe;
  }
}
