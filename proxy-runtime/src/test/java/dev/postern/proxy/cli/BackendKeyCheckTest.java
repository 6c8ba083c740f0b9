package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.Secret;
import dev.postern.proxy.config.StoreConfig;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackendKeyCheckTest {
  @TempDir private Path home;

  @Test
  void missesNothingInANewInstallation() {
    assertThat(BackendKeyCheck.warning(StoreConfig.UNSET, home)).isEmpty();
  }

  @Test
  void missesTheKeyThatTheConfigurationNames() {
    Path key = home.resolve("elsewhere.key");
    assertThat(BackendKeyCheck.warning(new StoreConfig(null, key), home))
        .hasValueSatisfying(warning -> assertThat(warning).contains(key.toString()));
  }

  @Test
  void missesTheKeyOfAStoreThatIsThere() {
    UserStore.open(home.resolve("data"), key()).close();
    assertThat(BackendKeyCheck.warning(StoreConfig.UNSET, home))
        .hasValueSatisfying(warning -> assertThat(warning).contains(key().toString()));
  }

  @Test
  void isContentWithTheKeyOfTheStore() {
    makeKey();
    assertThat(BackendKeyCheck.warning(StoreConfig.UNSET, home)).isEmpty();
  }

  @Test
  void refusesAKeyThatOthersCanRead() throws Exception {
    makeKey();
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> BackendKeyCheck.warning(StoreConfig.UNSET, home))
        .withMessageContaining("is open to others");
  }

  @Test
  void refusesAFileThatHoldsNoKey() throws Exception {
    makeKey();
    Files.writeString(key(), "no key");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> BackendKeyCheck.warning(StoreConfig.UNSET, home))
        .withMessageContaining("holds no key");
  }

  private void makeKey() {
    try (UserStore store = UserStore.open(home.resolve("data"), key());
        Secret password = Secret.ofPassword("secret".toCharArray())) {
      store.mappings().set("alice", null, "app", password);
    }
  }

  private Path key() {
    return home.resolve("conf/backend-passwords.key");
  }
}
