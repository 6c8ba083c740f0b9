package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.Secret;
import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackendMappingsTest {
  private static final String PASSWORD = "correct horse battery";

  @TempDir private Path home;
  private Path key;
  private UserStore store;
  private BackendMappings mappings;

  @BeforeEach
  void open() {
    key = home.resolve("conf/backend-passwords.key");
    store = UserStore.open(home.resolve("data"), key);
    mappings = store.mappings();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void givesBackRoleAndPassword() {
    set("alice", null, "app");

    assertThat(credential("alice", "any")).isEqualTo("app/" + PASSWORD);
  }

  @Test
  void prefersTheMappingOfTheRouteToThatOfEveryRoute() {
    set("alice", null, "app");
    set("alice", "reports", "reader");

    assertThat(credential("alice", "reports")).isEqualTo("reader/" + PASSWORD);
    assertThat(credential("alice", "orders")).isEqualTo("app/" + PASSWORD);
    assertThat(mappings.credential("bob", "orders")).isEmpty();
  }

  @Test
  void takesThePlaceOfWhatWasSetBefore() {
    set("alice", "reports", "reader");
    mappings.set("alice", "reports", "writer", null);

    assertThat(mappings.list()).hasSize(1);
    assertThat(credential("alice", "reports")).isEqualTo("writer/null");
  }

  @Test
  void removesTheVeryMappingOnly() {
    set("alice", null, "app");
    set("alice", "reports", "reader");

    mappings.remove("alice", "reports");

    assertThat(credential("alice", "reports")).isEqualTo("app/" + PASSWORD);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> mappings.remove("alice", "reports"))
        .extracting(StoreException::reason)
        .isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void makesTheKeyFileForItsOwnerAloneWhenItIsNeeded() throws IOException {
    mappings.set("alice", null, "app", null);
    assertThat(key).doesNotExist();

    set("alice", null, "app");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    assertThat(home.resolve("conf")).isDirectoryContaining(file -> file.equals(key));
  }

  @Test
  void storesNoPasswordInClear() throws IOException {
    set("alice", null, "app");
    store.close();

    assertThat(Files.readString(home.resolve("data/users.mv.db"), StandardCharsets.ISO_8859_1))
        .doesNotContain(PASSWORD);
  }

  @Test
  void refusesAKeyFileThatOthersCanRead() throws IOException {
    set("alice", null, "app");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> credential("alice", "any"))
        .withMessageContaining("rw-r-----");
  }

  @Test
  void saysThatTheKeyIsAnother() throws IOException {
    set("alice", null, "app");
    Files.delete(key);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> credential("alice", "any"))
        .withMessageContaining("missing");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> set("bob", null, "app"))
        .withMessageContaining("bring it back");

    new BackendPasswordCipher(key).createKey();
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> credential("alice", "any"))
        .withMessageContaining("another key");
  }

  @Test
  void aSealedPasswordCountsForItsOwnRowOnly() {
    BackendPasswordCipher cipher = new BackendPasswordCipher(key);
    cipher.createKey();
    byte[] sealed;
    try (Secret password = secret()) {
      sealed = cipher.seal("alice", "reports", "reader", password);
    }

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> cipher.open("alice", "reports", "admin", sealed));
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> cipher.open("mallory", "reports", "reader", sealed));
  }

  @Test
  void refusesAnEmptyPassword() {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> mappings.set("alice", null, "app", Secret.ofPassword(new char[0])))
        .extracting(StoreException::reason)
        .isEqualTo(Reason.INVALID);
  }

  private void set(String user, @Nullable String route, String role) {
    try (Secret password = secret()) {
      mappings.set(user, route, role, password);
    }
  }

  private String credential(String user, String route) {
    try (BackendCredential credential = mappings.credential(user, route).orElseThrow()) {
      Secret password = credential.password();
      return credential.role()
          + "/"
          + (password == null ? null : new String(password.toByteArray(), StandardCharsets.UTF_8));
    }
  }

  private static Secret secret() {
    return Secret.ofPassword(PASSWORD.toCharArray());
  }
}
