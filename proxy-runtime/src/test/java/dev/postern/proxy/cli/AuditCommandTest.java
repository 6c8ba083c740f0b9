package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The check of logs that are made here, as the format says, and not by the plugin. */
final class AuditCommandTest {
  private static final String KEY = "a key of 32 bytes and some more";

  @TempDir Path directory;

  private final PrintStream standardOut = System.out;
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String previous = "0".repeat(64);
  private int seq;

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

  private String record(String kind, String fields, boolean keyed) throws Exception {
    String hashed =
        "{\"seq\":%d,\"time\":\"2026-01-01T00:00:00Z\",\"kind\":\"%s\",%s,\"prev\":\"%s\""
            .formatted(++seq, kind, fields, previous);
    previous = hash(hashed, keyed);
    return hashed + ",\"hash\":\"" + previous + "\"}\n";
  }

  private static String hash(String text, boolean keyed) throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!keyed) {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(bytes));
  }

  /** One file of four records, and its anchor. */
  private Path log(boolean keyed) throws Exception {
    String key =
        keyed ? ",\"key\":\"" + hash("postern audit key", true).substring(0, 16) + '"' : "";
    Path file = directory.resolve("audit-00000001.jsonl");
    Files.writeString(
        file,
        record("file", "\"cause\":\"first\",\"format\":1,\"log\":\"x\",\"file\":1" + key, keyed)
            + record("login", "\"session\":\"s1\"", keyed)
            + record("statement", "\"sql\":\"SELECT 1\"", keyed)
            + record("closed", "\"instance\":\"audit\"", keyed));
    String anchor =
        "{\"seq\":%d,\"hash\":\"%s\",\"file\":1,\"log\":\"x\"%s".formatted(seq, previous, key);
    Files.writeString(
        directory.resolve("anchor.json"), anchor + ",\"mac\":\"" + hash(anchor, keyed) + "\"}\n");
    return file;
  }

  private Path keyFile() throws Exception {
    Path file = Files.writeString(directory.resolve("key"), KEY + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private int verify(Object... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "audit";
    all[1] = "verify";
    for (int i = 0; i < arguments.length; i++) {
      all[i + 2] = arguments[i].toString();
    }
    return Postern.execute(all);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aWholeLogIsSaidToBeWhole() throws Exception {
    log(false);

    assertThat(verify(directory)).isZero();
    assertThat(printed())
        .contains("whole: 4 records in 1 file\n")
        .contains("--expect-last 4:" + previous);
  }

  @Test
  void aRecordThatWasChangedIsNamed() throws Exception {
    Path file = log(false);
    Files.writeString(file, Files.readString(file).replace("SELECT 1", "SELECT 2"));

    assertThat(verify(directory)).isEqualTo(65);
    assertThat(printed())
        .contains("audit-00000001.jsonl:3: record 3 was changed")
        .contains("NOT WHOLE");
  }

  @Test
  void oneRecordThatIsMissingIsOneAndSeveralAreSeveral() throws Exception {
    Path file = log(false);
    List<String> whole = Files.readAllLines(file);

    Files.write(file, List.of(whole.get(0), whole.get(1), whole.get(3)));
    verify(directory);
    Files.write(file, List.of(whole.get(0), whole.get(3)));
    verify(directory);
    Files.write(file, whole.subList(1, 4));
    verify(directory);
    verify(file);

    assertThat(printed())
        .contains("audit-00000001.jsonl:3: record 3 is missing before it\n")
        .contains("audit-00000001.jsonl:2: records 2 to 3 are missing before it\n")
        .contains(":1: record 1 is missing, and the log does not say that it was removed\n")
        .contains("note: record 1 is in another file\n");
  }

  @Test
  void programsGetOneJsonValue() throws Exception {
    Path file = log(false);
    Files.writeString(file, String.join("\n", Files.readAllLines(file).subList(0, 3)) + "\n");

    assertThat(verify(directory, "--output", "json")).isEqualTo(65);
    assertThat(printed())
        .startsWith("{\"whole\":false,\"files\":1,\"records\":3,")
        .contains("\"file\":\"anchor.json\"")
        .contains("the log ends with record 3, and record 4 was written: the end is missing");
  }

  @Test
  void aKeyIsNeededWhereThereIsOne() throws Exception {
    log(true);

    assertThat(verify(directory)).isEqualTo(1);
    assertThat(printed()).contains("not checked: records are hashed with key");
    assertThat(verify(directory, "--key", keyFile())).isZero();
  }

  @Test
  void aLogWithoutAKeyIsNoneThatWasWrittenWithIt() throws Exception {
    log(false);

    assertThat(verify(directory, "--key", keyFile())).isEqualTo(65);
    assertThat(printed()).contains("audit-00000001.jsonl:1: is written without a key");
  }

  @Test
  void whatWasKeptElsewhereHasToBeThere() throws Exception {
    Path file = log(false);

    assertThat(verify(file, "--expect-last", "4:" + previous)).isZero();
    assertThat(verify(file, "--expect-last", "5:" + previous)).isEqualTo(65);
    assertThat(verify(file, "--expect-last", "4:" + "0".repeat(64))).isEqualTo(65);
    assertThat(verify(file, "--expect-last", "four")).isEqualTo(2);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertThat(verify(directory.resolve("nothing"))).isEqualTo(3);
    assertThat(verify(directory)).isEqualTo(3);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("no files of an audit log");
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws Exception {
    log(true);
    Path key = keyFile();
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(verify(directory, "--key", key)).isEqualTo(1);
    assertThat(printed()).isEmpty();
  }

  @Test
  void whatElseIsInTheDirectoryIsNamedInOneLineAndIsNoFault() throws Exception {
    log(false);
    Files.writeString(directory.resolve("lock"), "");
    Files.writeString(directory.resolve("anchor.json.new"), "{");
    assertThat(verify(directory)).isZero();
    assertThat(printed()).doesNotContain("no part of the log");

    Files.writeString(directory.resolve("README"), "ask Ann\n");
    Files.createDirectory(directory.resolve("lost+found"));
    Files.copy(
        directory.resolve("audit-00000001.jsonl"),
        directory.resolve("audit-00000001.jsonl.bak\nwhole: 9 records in 9 files"));

    assertThat(verify(directory)).isZero();
    assertThat(printed())
        .contains(
            "\nnote: no part of the log, and not read: README,"
                + " audit-00000001.jsonl.bak?whole: 9 records in 9 files, lost+found\n"
                + "whole: 4 records in 1 file\n");
  }

  @Test
  void ofManyForeignFilesTheFirstAreNamed() throws Exception {
    log(false);
    for (int i = 10; i < 40; i++) {
      Files.writeString(directory.resolve("note" + i), "");
    }

    assertThat(verify(directory, "--output", "json")).isZero();
    assertThat(printed()).contains("note10, note11, ").contains(", note29 and 10 more\"");
  }

  @Test
  void aCopyUnderAnotherFormOfItsNumberIsAFaultAndHidesNothing() throws Exception {
    Path file = log(false);
    Files.copy(file, directory.resolve("audit-000000001.jsonl"));
    Files.copy(file, directory.resolve("audit-00000000.jsonl"));

    assertThat(verify(directory)).isEqualTo(65);
    assertThat(printed())
        .isEqualTo(
            """
            audit-00000000.jsonl: is not read: the first file of a log has the number 1
            audit-000000001.jsonl: is not read: a log calls its file of this number audit-00000001.jsonl
            NOT WHOLE: 4 records in 1 file
            first: 1 of 2026-01-01T00:00:00Z
            last:  4 of 2026-01-01T00:00:00Z
            --expect-last 4:%s
            """
                .formatted(previous));
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatCanBeNoKeyIsRefusedInASentence() throws Exception {
    log(true);
    Path key = keyFile();
    large(key);
    assertThat(verify(directory, "--key", key)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains(key + ": larger than 65536 bytes, which no secret is\n");

    Files.delete(key);
    pipe("key");
    assertThat(verify(directory, "--key", key)).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains(key + ": not a file\n");
    assertThat(printed()).isEmpty();
  }

  @Test
  void aKeyMayBeALinkAsSecretsOfContainersAre() throws Exception {
    log(true);
    Path link = directory.resolve("link");
    Files.createSymbolicLink(link, keyFile());

    assertThat(verify(directory, "--key", link)).isZero();
  }

  private void pipe(String name) throws Exception {
    String path = directory.resolve(name).toString();
    assertThat(new ProcessBuilder("mkfifo", "-m", "600", path).start().waitFor()).isZero();
  }

  private static void large(Path file) throws Exception {
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(3L << 30);
    }
  }
}
