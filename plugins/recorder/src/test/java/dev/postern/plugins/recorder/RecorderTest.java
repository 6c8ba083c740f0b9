package dev.postern.plugins.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.DataSize;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.recording.RecordingPrinter;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plugin writes, and Postern's own reader reads: both must agree on the format. */
final class RecorderTest {
  @TempDir Path directory;

  @Test
  void theFactoryIsFoundByItsName() {
    assertThat(ServiceLoader.load(MessageInterceptorFactory.class))
        .extracting(factory -> factory.name())
        .containsExactly("recorder");
  }

  @Test
  void aMessageThatIsTooLargeToBeDecodedIsRecordedWithTypeAndLength() throws Exception {
    assertThat(
            record(
                config(null),
                session ->
                    session.undecoded(
                        new UndecodedMessage(true, 'Q', 9999, Bytes.utf8("select 's3cret")))))
        .contains("  -> Undecoded type=\"Q\" messageLength=9999\n")
        .doesNotContain("s3cret");
  }

  @Test
  void aSessionIsRecordedWithItsValuesLeftOut() throws Exception {
    assertThat(record(config(null), RecorderTest::play))
        .isEqualTo(
            """
            format: postern-recording
            version: 1
            sessionId: s1
            startedAt: 2026-01-01T00:00:00Z
            user: alice
            database: app
            client: 192.0.2.1:50000
            backend: 192.0.2.3:5432
            redacted: bind-values, query-literals, row-values

                0.000000  -> Query sql="select '?', ?"
                0.000001  -> Bind portal="" statement="s" parameterFormats=[] parameters=[(6), NULL] resultFormats=[]
                0.000002  <- DataRow columns=[(6), NULL]
                0.000003  <- CommandComplete tag="SELECT 1"
                0.000004  <- ReadyForQuery status="IDLE"
                0.000005  end: CLIENT_TERMINATED
            """);
  }

  @Test
  void aSessionIsRecordedWithItsValuesIfTheConfigurationSaysSo() throws Exception {
    assertThat(record(config(new RedactConfig(false, false, false, null)), RecorderTest::play))
        .contains(
            "redacted: nothing",
            "Query sql=\"select 'secret', 5\"",
            "parameters=[\"secret\", NULL]",
            "columns=[\"secret\", NULL]");
  }

  @Test
  void theFileIsForItsOwnerOnly() throws Exception {
    record(config(null), RecorderTest::play);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyFile())))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(recordings())))
        .isEqualTo("rwx------");
  }

  @Test
  void theFileIsNamedAfterTimeAndSession() throws Exception {
    record(config(null), RecorderTest::play);
    assertThat(onlyFile()).hasFileName("20260101T000000000Z-s1.recording");
  }

  @Test
  void aRecordingEndsBeforeItsFileIsLargerThanAllowed() throws Exception {
    String shown =
        record(
            config(new RedactConfig(null, null, false, null)),
            session -> {
              for (int i = 0; i < 100; i++) {
                session.client(new CopyData(Bytes.copyOf(new byte[500])));
              }
            });

    assertThat(shown).endsWith("end: FILE_SIZE\n");
    assertThat(Files.size(onlyFile())).isBetween(3_000L, 4_096L);
  }

  @Test
  void noRecordingIsBegunWhereThereIsNoRoomForIt() throws Exception {
    Files.createDirectory(recordings());
    Files.write(recordings().resolve("old.recording"), new byte[8192]);
    MessageInterceptor plugin = plugin(config(null));
    play(open(plugin));
    plugin.close();

    assertThat(files()).extracting(Path::getFileName).hasToString("[old.recording]");
  }

  @Test
  void aRecordingEndsWhereAllOfThemReachTheirBound() throws Exception {
    Files.createDirectory(recordings());
    Files.write(recordings().resolve("old.recording"), new byte[5000]);
    MessageInterceptor plugin = plugin(config(new RedactConfig(null, null, false, null)));
    FakeInterests session = open(plugin);
    for (int i = 0; i < 100; i++) {
      session.client(new CopyData(Bytes.copyOf(new byte[500])));
    }
    plugin.close();

    Path file = recordings().resolve("20260101T000000000Z-s1.recording");
    assertThat(show(file)).endsWith("end: TOTAL_SIZE\n");
  }

  @Test
  void aDirectoryThatVanishesEndsTheRecordingAndNotTheSession() throws Exception {
    MessageInterceptor plugin = plugin(config(null));
    Files.delete(recordings());
    play(open(plugin));
    plugin.close();
    assertThat(recordings()).doesNotExist();
  }

  @Test
  void aDirectoryThatCannotBeUsedStopsTheStart() throws Exception {
    Files.createFile(recordings());
    assertThatThrownBy(() -> plugin(config(null))).isInstanceOf(IOException.class);
  }

  @Test
  void aSessionThatIsNotRecordedDeclaresNothing() throws Exception {
    NameFilter others = new NameFilter(List.of("bob"), null);
    MessageInterceptor plugin =
        plugin(new RecorderConfig(recordings(), others, null, null, null, null));
    FakeInterests session = open(plugin);
    plugin.close();

    assertThat(session.isEmpty()).isTrue();
    assertThat(files()).isEmpty();
  }

  @Test
  void everySessionHasAFileOfItsOwnAndManyAtOnceAreComplete() throws Exception {
    FakePluginContext context = FakePluginContext.named("recorder");
    MessageInterceptor plugin =
        new RecorderFactory()
            .create(new RecorderConfig(recordings(), null, null, null, null, null), context);
    FakeInterests[] sessions = new FakeInterests[50];
    Arrays.setAll(
        sessions,
        i -> {
          context.clock().advance(Duration.ofMillis(1));
          return open(plugin);
        });
    for (int i = 0; i < 20; i++) {
      Stream.of(sessions).forEach(session -> session.client(new Query("select 1")));
    }
    Stream.of(sessions).forEach(session -> session.close(CloseReason.CLIENT_TERMINATED));
    plugin.close();

    assertThat(files())
        .hasSize(50)
        .allSatisfy(
            file ->
                assertThat(show(file).lines().filter(line -> line.contains("-> Query")))
                    .hasSize(20))
        .allSatisfy(file -> assertThat(show(file)).endsWith("end: CLIENT_TERMINATED\n"));
  }

  @Test
  void theDefaultsAreSafe() {
    RecorderConfig config = new RecorderConfig(null, null, null, null, null, null);
    assertThat(config.effectiveRedaction()).isEqualTo(new Redaction(true, true, true, false));
    assertThat(config.effectiveMaxFileSize()).isEqualTo(DataSize.ofMebibytes(64));
    assertThat(config.effectiveMaxTotalSize()).isEqualTo(DataSize.ofMebibytes(1024));
  }

  @Test
  void aSizeThatHoldsNothingIsRefused() {
    assertThatThrownBy(
            () -> new RecorderConfig(null, null, null, null, DataSize.ofKibibytes(1), null))
        .hasMessage("max-file-size: 1KiB (expected: 4KiB or more)");
  }

  @Test
  void aRedactionThatContradictsItselfIsRefused() {
    assertThatThrownBy(() -> new RedactConfig(false, null, null, true))
        .hasMessageContaining("everything: true");
  }

  private interface Play {
    void on(FakeInterests session);
  }

  private static void play(FakeInterests session) {
    Bytes secret = Bytes.utf8("secret");
    session.client(
        new Query("select 'secret', 5"),
        new Bind("", "s", List.of(), Arrays.asList(secret, null), List.of()));
    session.server(
        new DataRow(Arrays.asList(secret, null)),
        new CommandComplete("SELECT 1"),
        new ReadyForQuery(TransactionStatus.IDLE));
    session.close(CloseReason.CLIENT_TERMINATED);
  }

  /** What is shown of the recording of one session. */
  private String record(RecorderConfig config, Play play) throws Exception {
    MessageInterceptor plugin = plugin(config);
    play.on(open(plugin));
    plugin.close();
    return show(onlyFile());
  }

  private static FakeInterests open(MessageInterceptor plugin) {
    FakeInterests session = new FakeInterests();
    plugin.open(Samples.session("alice", "app"), session);
    return session;
  }

  /** A recorder to which every message comes a microsecond after the one before. */
  private static MessageInterceptor plugin(RecorderConfig config) throws IOException {
    FakePluginContext context = FakePluginContext.named("recorder");
    RecordingStore store =
        RecordingStore.open(
            Objects.requireNonNull(config.directory()),
            config.effectiveMaxFileSize().bytes(),
            config.effectiveMaxTotalSize().bytes());
    RecordingWriter writer = new RecordingWriter(store, config.effectiveRedaction(), "recorder");
    writer.start();
    AtomicLong now = new AtomicLong(-1000);
    // The recording's beginning and its first message come at the same moment.
    return new Recorder(config, writer, context.clock(), () -> Math.max(0, now.getAndAdd(1000)));
  }

  private RecorderConfig config(@Nullable RedactConfig redact) {
    return new RecorderConfig(
        recordings(), null, null, redact, DataSize.ofKibibytes(4), DataSize.ofKibibytes(8));
  }

  private Path recordings() {
    return directory.resolve("recordings");
  }

  private Path onlyFile() throws IOException {
    return files().getFirst();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(recordings())) {
      return files.toList();
    }
  }

  private static String show(Path file) throws IOException {
    StringBuilder out = new StringBuilder();
    RecordingPrinter.print(file, out);
    return out.toString();
  }
}
