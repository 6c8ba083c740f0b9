package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.Secret;
import dev.postern.proxy.config.StoreConfig;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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

  @Test
  void refusesAFileThatIsLargerThanAllMemory() throws Exception {
    makeKey();
    try (RandomAccessFile large = new RandomAccessFile(key().toFile(), "rw")) {
      large.setLength(3L << 30);
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> BackendKeyCheck.warning(StoreConfig.UNSET, home))
        .withMessage("the key file %s holds no key (expected: 32 bytes in base64)", key());
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void doesNotWaitForAPipe() throws Exception {
    makeKey();
    Files.delete(key());
    assertThat(new ProcessBuilder("mkfifo", "-m", "600", key().toString()).start().waitFor())
        .isZero();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> BackendKeyCheck.warning(StoreConfig.UNSET, home))
        .withMessage("the key file %s is no regular file", key());
  }

  @Test
  void followsALink() throws Exception {
    makeKey();
    Files.createSymbolicLink(key(), Files.move(key(), home.resolve("mounted.key")));
    assertThat(BackendKeyCheck.warning(StoreConfig.UNSET, home)).isEmpty();
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
