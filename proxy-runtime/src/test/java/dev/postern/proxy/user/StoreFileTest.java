package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreFileTest {
  @TempDir private Path home;

  @Test
  void isItsOwnersAlone() throws IOException {
    Path data = home.resolve("new/data");
    openAndClose(data);

    assertThat(permissions(data)).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files.toList())
          .containsExactlyInAnyOrder(data.resolve("users.mv.db"), data.resolve("users.lock"))
          .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
  }

  @Test
  void takesTheAccessOfOthersAway() throws IOException {
    Path data = home.resolve("data");
    openAndClose(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(
        data.resolve("users.mv.db"), PosixFilePermissions.fromString("rw-r--r--"));

    openAndClose(data);

    assertThat(permissions(data)).isEqualTo("rwx------");
    assertThat(permissions(data.resolve("users.mv.db"))).isEqualTo("rw-------");
  }

  @Test
  void refusesAPathThatWouldEndInSettingsOfTheDatabase() {
    Path data = home.resolve("data;INIT=RUNSCRIPT FROM 'x'");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> openAndClose(data))
        .extracting(StoreException::reason)
        .isEqualTo(Reason.INVALID);
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void opensAPathWithSpacesAndOtherSigns() {
    Path data = home.resolve("a b/ü %20/${x}/zip:y");
    openAndClose(data);

    assertThat(data.resolve("users.mv.db")).isNotEmptyFile();
  }

  @Test
  void saysWhichFileIsNoStore() throws IOException {
    Files.writeString(home.resolve("users.mv.db"), "not a database ".repeat(1000));

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> openAndClose(home))
        .withMessageContaining("users.mv.db cannot be opened");
  }

  @Test
  void isOpenOnceInAProcessToo() {
    try (UserStore _ = UserStore.open(home, home.resolve("key"))) {
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> openAndClose(home))
          .extracting(StoreException::reason)
          .isEqualTo(Reason.LOCKED);
    }
  }

  @Test
  void leavesOutWhatAnUnfinishedStartLeftBehind() throws IOException {
    Files.writeString(home.resolve("users-next.mv.db"), "half");

    openAndClose(home);

    assertThat(home.resolve("users-next.mv.db")).doesNotExist();
  }

  private void openAndClose(Path data) {
    UserStore.open(data, home.resolve("key")).close();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
