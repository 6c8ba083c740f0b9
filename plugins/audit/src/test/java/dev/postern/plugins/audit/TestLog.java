package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.audit.AuditFiles;
import dev.postern.proxy.audit.AuditKeys;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.proxy.audit.AuditVerifier;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An audit log in a directory of a test, and what is in it. */
final class TestLog {
  static final Secret KEY = Secret.copyOf("k".repeat(32).getBytes(StandardCharsets.UTF_8));

  private static final Set<String> OF_THE_LOG =
      Set.of("file", "joined", "key", "removed", "closed");

  private final Path home;
  final Path directory;
  final Path keyFile;

  TestLog(Path home) {
    this.home = home;
    this.directory = home.resolve("log");
    this.keyFile = home.resolve("key");
  }

  Settings settings() {
    return new Settings(this.directory);
  }

  /** What a test sets of the configuration; the rest is the default. */
  static final class Settings {
    private final Path directory;
    @Nullable Secret key;
    @Nullable Sync sync;
    @Nullable OnFailure onFailure;
    @Nullable RotationConfig rotate;
    @Nullable RetentionConfig retain;
    @Nullable List<Kind> kinds;
    @Nullable List<StatementClass> classes;
    @Nullable NameFilter users;
    boolean keepLiterals;
    boolean keepParameters;
    List<RedactionRule> redact = List.of();
    int maxLength = 1000;
    boolean sizes = true;
    long queue = 64 << 10;
    java.time.Duration hold = java.time.Duration.ofSeconds(10);

    private Settings(Path directory) {
      this.directory = directory;
    }

    AuditConfig config() {
      return new AuditConfig(
          directory,
          key,
          sync,
          java.time.Duration.ofMillis(20),
          onFailure,
          hold,
          new dev.postern.api.DataSize(queue),
          rotate,
          retain,
          kinds,
          classes,
          users,
          null,
          keepLiterals,
          keepParameters,
          redact,
          maxLength,
          sizes);
    }
  }

  static MessageInterceptor create(Settings settings, FakePluginContext context) throws Exception {
    return new AuditFactory().create(settings.config(), context);
  }

  /** A session of alice with the database app. */
  static FakeInterests session(MessageInterceptor audit) {
    FakeInterests session = new FakeInterests();
    audit.open(Samples.session("alice", "app"), session);
    return session;
  }

  /**
   * What a session of alice leaves, as {@link #brief} has it.
   *
   * @param doing what happens between its login and its end
   */
  List<String> after(Settings settings, Consumer<FakeInterests> doing) throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = create(settings, context);
      FakeInterests session = session(audit);
      doing.accept(session);
      session.close(CloseReason.CLIENT_TERMINATED);
      audit.close();
    }
    assertThat(verify().findings()).isEmpty();
    return brief();
  }

  List<Path> files() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files()) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines;
  }

  /** What is in it of sessions. */
  List<JsonObject> records() throws IOException {
    return lines().stream()
        .map(TestLog::parse)
        .filter(record -> !OF_THE_LOG.contains(record.getString("kind")))
        .toList();
  }

  /** The same without times, sessions and hashes, one string each. */
  List<String> brief() throws IOException {
    return records().stream().map(TestLog::brief).toList();
  }

  static JsonObject parse(String line) {
    try (JsonReader reader = Json.createReader(new StringReader(line))) {
      return reader.readObject();
    }
  }

  private static String brief(JsonObject record) {
    StringBuilder brief = new StringBuilder(record.getString("kind"));
    record.forEach(
        (name, value) -> {
          if (!Set.of(
                  "kind",
                  "seq",
                  "time",
                  "session",
                  "user",
                  "database",
                  "micros",
                  "prev",
                  "hash",
                  "millis",
                  "client",
                  "tls",
                  "since")
              .contains(name)) {
            brief
                .append(' ')
                .append(name)
                .append('=')
                .append(value instanceof jakarta.json.JsonString text ? text.getString() : value);
          }
        });
    return brief.toString();
  }

  AuditReport verify() throws IOException {
    return verify(List.of());
  }

  AuditReport verify(List<Path> keys) throws IOException {
    return new AuditVerifier(AuditFiles.in(directory), AuditKeys.read(keys), null).verify();
  }

  /** With the key of this class. */
  AuditReport verifyWithKey() throws IOException {
    if (!Files.exists(keyFile)) {
      Files.createFile(
          keyFile,
          java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
              java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
      Files.writeString(keyFile, "k".repeat(32) + "\n");
    }
    return verify(List.of(keyFile));
  }
}
