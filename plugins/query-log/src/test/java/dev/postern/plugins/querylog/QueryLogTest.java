package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QueryLogTest {
  @TempDir Path directory;

  @Test
  void theFactoryIsFoundByItsName() {
    assertThat(ServiceLoader.load(MessageInterceptorFactory.class))
        .extracting(factory -> factory.name())
        .containsExactly("query-log");
  }

  @Test
  void aStatementIsAJsonLine() throws Exception {
    assertThat(linesOf(config(null, null), "select \"a\"\n", new CommandComplete("SELECT 3")))
        .containsExactly(
            "{\"time\":\"2026-01-01T00:00:00.000000Z\",\"sessionId\":\"s1\",\"user\":\"alice\","
                + "\"database\":\"app\",\"client\":\"192.0.2.1:50000\","
                + "\"backend\":\"192.0.2.3:5432\",\"outcome\":\"completed\",\"durationMicros\":0,"
                + "\"command\":\"SELECT\",\"rows\":3,\"sql\":\"select \\\"a\\\"\\\\n\"}");
  }

  @Test
  void theFileIsForItsOwnerOnly() throws Exception {
    linesOf(config(null, null), "select 1", new CommandComplete("SELECT 1"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void aFastStatementIsLeftOut() throws Exception {
    QueryLogConfig config = config(Duration.ofMillis(1), null);
    assertThat(linesOf(config, "select 1", new CommandComplete("SELECT 1"))).isEmpty();
  }

  @Test
  void aFailedStatementIsNeverTooFast() throws Exception {
    QueryLogConfig config = config(Duration.ofMillis(1), null);
    assertThat(linesOf(config, "x", ErrorResponse.error(new SqlState("42601"), "syntax error")))
        .singleElement()
        .asString()
        .contains("\"outcome\":\"failed\"", "\"sqlState\":\"42601\"")
        .doesNotContain("syntax error");
  }

  @Test
  void aSessionThatIsLeftOutDeclaresNothing() throws Exception {
    NameFilter others = new NameFilter(null, List.of("alice"));
    MessageInterceptor plugin = plugin(config(null, others));
    FakeInterests session = new FakeInterests();

    plugin.open(Samples.session("alice", "app"), session);

    assertThat(session.isEmpty()).isTrue();
    plugin.close();
  }

  @Test
  void onlyTheNamesThatAreIncludedCount() {
    NameFilter filter = new NameFilter(List.of("a", "b"), List.of("b"));
    assertThat(List.of("a", "b", "c")).filteredOn(filter::accepts).containsExactly("a");
  }

  @Test
  void withoutAFileTheLoggerIsUsed() throws Exception {
    MessageInterceptor plugin = plugin(new QueryLogConfig(null, null, null, null, null, null));
    FakeInterests session = new FakeInterests();
    plugin.open(Samples.session("alice", "app"), session);
    play(session, "select 1", new CommandComplete("SELECT 1"));
    plugin.close();
    assertThat(session.isEmpty()).isFalse();
  }

  @Test
  void aFileThatWasMovedAwayIsReplaced() throws Exception {
    MessageInterceptor plugin = plugin(config(null, null));
    FakeInterests session = new FakeInterests();
    plugin.open(Samples.session("alice", "app"), session);
    play(session, "first", new CommandComplete("SELECT 1"));
    Awaitility.await().until(() -> !Files.readString(file()).isEmpty());
    Files.move(file(), directory.resolve("moved"));

    Awaitility.await()
        .until(
            () -> {
              play(session, "next", new CommandComplete("SELECT 1"));
              return Files.exists(file()) && Files.readString(file()).contains("next");
            });

    assertThat(Files.readString(directory.resolve("moved"))).contains("first");
    plugin.close();
  }

  @Test
  void aLengthOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new QueryLogConfig(null, 0, null, null, null, null))
        .hasMessageContaining("max-length: 0 (expected: 1..1000000)");
  }

  @Test
  void theDefaultsAreSafe() {
    QueryLogConfig config = new QueryLogConfig(null, null, null, null, null, null);
    assertThat(config.effectiveMaxLength()).isEqualTo(2048);
    assertThat(config.effectiveRedactLiterals()).isFalse();
    assertThat(config.effectiveSlowerThan()).isZero();
    assertThat(config.wants("anyone", "anything")).isTrue();
  }

  private List<String> linesOf(QueryLogConfig config, String sql, BackendMessage answer)
      throws Exception {
    MessageInterceptor plugin = plugin(config);
    FakeInterests session = new FakeInterests();
    plugin.open(Samples.session("alice", "app"), session);
    play(session, sql, answer);
    plugin.close();
    return Files.readAllLines(file());
  }

  private static void play(FakeInterests session, String sql, BackendMessage answer) {
    session.client(new Query(sql)).server(answer, new ReadyForQuery(TransactionStatus.IDLE));
  }

  private MessageInterceptor plugin(QueryLogConfig config) throws Exception {
    FakePluginContext context = FakePluginContext.named("audit");
    StatementLog log =
        config.file() == null
            ? new LoggedStatements("audit")
            : new FiledStatements(config.file(), "audit", context.clock());
    return new QueryLog("audit", config, log, () -> 0);
  }

  private QueryLogConfig config(@Nullable Duration slowerThan, @Nullable NameFilter users) {
    return new QueryLogConfig(file(), null, null, slowerThan, users, null);
  }

  private Path file() {
    return directory.resolve("queries.jsonl");
  }
}
