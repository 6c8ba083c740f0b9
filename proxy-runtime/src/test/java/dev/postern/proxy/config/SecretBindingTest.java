package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretBindingTest {
  private static final String RULE =
      "a secret has to be {file: PATH} or {env: NAME}; it is never written here";

  @TempDir Path home;
  private Path file;
  private Binder binder;

  record Login(Secret password) {}

  record Logins(Map<String, Secret> passwords, List<Secret> others) {}

  @BeforeEach
  void makeFile() throws IOException {
    file =
        Files.createFile(
            home.resolve("password"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    binder = new Binder(home, Map.of("PASSWORD", "from environment"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hunter2", "hunter2\n", "hunter2\r\n"})
  void readsAFileWithoutTheNewlineAtItsEnd(String content) throws Exception {
    Files.writeString(file, content);

    assertThat(text(binder.bind("password: {file: password}", Login.class).password()))
        .isEqualTo("hunter2");
  }

  @Test
  void stripsOneNewlineOnly() throws Exception {
    Files.writeString(file, " hunter2 \n\n");

    assertThat(text(binder.bind("password: {file: password}", Login.class).password()))
        .isEqualTo(" hunter2 \n");
  }

  @Test
  void readsAVariable() throws Exception {
    assertThat(text(binder.bind("password: {env: PASSWORD}", Login.class).password()))
        .isEqualTo("from environment");
  }

  @Test
  void bindsSecretsInListsAndMaps() throws Exception {
    Logins logins =
        binder.bind(
            "{passwords: {alice: {env: PASSWORD}}, others: [{env: PASSWORD}]}", Logins.class);

    assertThat(text(logins.others().getFirst())).isEqualTo("from environment");
    assertThat(logins.passwords()).containsOnlyKeys("alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "\"hunter2\"",
        "[hunter2]",
        "{value: hunter2}",
        "{file: password, env: hunter2}",
        "{file: [hunter2]}",
        "{}",
        "|\n  hunter2\n"
      })
  void refusesALiteralWithoutShowingIt(String literal) {
    ConfigurationException e = refusal("password: " + literal, Login.class);

    assertThat(e).hasMessage("configuration:1:11: password: " + RULE);
  }

  @Test
  void refusesALiteralInAMapWithoutShowingIt() {
    ConfigurationException e =
        refusal("{passwords: {alice: hunter2}, others: [hunter2]}", Logins.class);

    assertThat(e.problems())
        .extracting(Problem::toString)
        .containsExactly(
            "configuration:1:21: passwords.alice: " + RULE,
            "configuration:1:40: others[0]: " + RULE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password: *hunter2",
        "password: &hunter2 x",
        "password: !hunter2 x",
        "password: !a!hunter2 x",
        "password: hunter2: hunter2",
        "password: 'hunter2",
        "password: \"hunter2\\q\"",
        "password: {env: hunter2}",
        "password: @hunter2",
        "password: %hunter2",
        "pass: hunter2",
        "- hunter2",
        "hunter2",
        "password: hunter2\n\tx",
        "? [hunter2]\n: x",
        "password: {file: a}\n---\nhunter2"
      })
  void showsNothingOfABrokenFileThatCouldBeSecret(String yaml) {
    assertThat(refusal(yaml, Login.class).getMessage()).doesNotContain("hunter2");
  }

  @Test
  void refusesAVariableThatIsNotSet() {
    assertThat(refusal("password: {env: NOT_SET}", Login.class))
        .hasMessage("configuration:1:17: password.env: environment variable NOT_SET is not set");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThat(refusal("password: {file: conf/nothing}", Login.class))
        .hasMessage("configuration:1:18: password.file: \"conf/nothing\": file not found");
  }

  @Test
  void refusesAnEmptyFile() throws Exception {
    Files.writeString(file, "\n");

    assertThat(refusal("password: {file: password}", Login.class))
        .hasMessage("configuration:1:18: password.file: the file is empty");
  }

  @Test
  void refusesAFolder() throws Exception {
    Files.createDirectory(home.resolve("folder"));

    assertThat(refusal("password: {file: folder}", Login.class))
        .hasMessage("configuration:1:18: password.file: \"folder\": not a file");
  }

  @Test
  void refusesAFileLargerThanAnySecret() throws Exception {
    Files.write(file, new byte[64 * 1024 + 1]);

    assertThat(refusal("password: {file: password}", Login.class))
        .hasMessageEndingWith("larger than 65536 bytes, which no secret is");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw----r--", "rw-rw----", "rw-----w-", "rwx--x---"})
  void refusesAFileThatOthersCanOpen(String permissions) throws Exception {
    Files.writeString(file, "hunter2", StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

    assertThat(refusal("password: {file: password}", Login.class))
        .hasMessage(
            "configuration:1:18: password.file: \"password\": others than its owner can open the"
                + " file (run: chmod 600 "
                + file
                + ")");
  }

  @Test
  void allowsTheGroupToReadAFileOfRootOnly() {
    var groupReads = PosixFilePermissions.fromString("r--r-----");

    assertThat(PrivateFile.isOpen("root", groupReads)).isFalse();
    assertThat(PrivateFile.isOpen("postern", groupReads)).isTrue();
  }

  @Test
  void nodesDoNotShowTheirContent() throws Exception {
    record Holder(ConfigNode config) {}

    assertThat(binder.bind("config: {password: [hunter2]}", Holder.class).toString())
        .isEqualTo("Holder[config=configuration at configuration:1:9]");
  }

  private ConfigurationException refusal(String yaml, Class<? extends Record> type) {
    return catchThrowableOfType(ConfigurationException.class, () -> binder.bind(yaml, type));
  }

  private static String text(Secret secret) {
    return new String(secret.toChars());
  }
}
