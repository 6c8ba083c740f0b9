package dev.postern.plugins.audit;

import static dev.postern.plugins.audit.Talk.READY;
import static dev.postern.plugins.audit.Talk.bind;
import static dev.postern.plugins.audit.Talk.complete;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.CopyInResponse;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.session.RefusedLogin;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sessions do, and the records that come of it. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class AuditTest {
  private static final BackendMessage ERROR =
      ErrorResponse.error(new SqlState("42601"), "syntax error at \"secret\"");
  private static final DataRow ROW = new DataRow(List.of(Bytes.utf8("four")));
  private static final int ROW_BYTES = 2 + 4 + 4;

  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
  }

  private List<String> after(Consumer<FakeInterests> doing) throws Exception {
    return log.after(settings, doing);
  }

  @Test
  void aSessionFromItsLoginToItsEnd() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(new Query("select * from t where id = 7"))
                        .server(ROW, ROW, complete("SELECT 2"), READY)))
        .containsExactly(
            "login route=sample backend=192.0.2.3:5432",
            "statement n=1 protocol=simple sql=select * from t where id = ?",
            "result n=1 outcome=completed tag=SELECT 2 rows=2 bytes=" + 2 * ROW_BYTES,
            "end reason=client-terminated statements=1");
    assertThat(log.records())
        .allSatisfy(record -> assertThat(record.getString("session")).isEqualTo("s1"))
        .allSatisfy(record -> assertThat(record.getString("user")).isEqualTo("alice"))
        .allSatisfy(record -> assertThat(record.getString("database")).isEqualTo("app"));
  }

  private List<String> statements(Consumer<FakeInterests> doing) throws Exception {
    settings.kinds = List.of(Kind.STATEMENTS, Kind.RESULTS, Kind.FUNCTIONS);
    return after(doing);
  }

  @Test
  void everyStatementOfAQueryHasItsResult() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(new Query("a; b; c"), new Query("d"))
                        .server(complete("SELECT 1"), ROW, ERROR, READY, complete("BEGIN"), READY)))
        .containsExactly(
            "statement n=1 protocol=simple sql=a; b; c",
            "statement n=2 protocol=simple sql=d",
            "result n=1 outcome=completed tag=SELECT 1 rows=1 bytes=0",
            "result n=1 part=2 outcome=failed sqlState=42601 rows=1 bytes=" + ROW_BYTES,
            "result n=2 outcome=completed tag=BEGIN bytes=0");
  }

  @Test
  void everyExecuteIsOnRecordWithItsText() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(
                            new Parse("s", "select $1", List.of()),
                            bind("p", "s", "secret"),
                            new Execute("p", 3),
                            new Execute("p", 3),
                            new Sync())
                        .server(
                            new ParseComplete(),
                            new BindComplete(),
                            ROW,
                            ROW,
                            ROW,
                            new PortalSuspended(),
                            ROW,
                            complete("SELECT 1"),
                            READY)))
        .containsExactly(
            "prepared prepared=s sql=select $1",
            "prepared prepared=s portal=p sql=select $1",
            "statement n=1 protocol=extended prepared=s sql=select $1",
            "statement n=2 protocol=extended prepared=s fetch=2 sql=select $1",
            "result n=1 outcome=suspended rows=3 bytes=" + 3 * ROW_BYTES,
            "result n=2 outcome=completed tag=SELECT 1 rows=1 bytes=" + ROW_BYTES);
  }

  @Test
  void whatTheServerSkipsAfterAnErrorIsSaidToBeSkipped() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(
                            new Parse("", "bad", List.of()),
                            bind("", ""),
                            new Execute("", 0),
                            new Parse("", "good", List.of()),
                            bind("", ""),
                            new Execute("", 0),
                            new Sync(),
                            new Query("next"))
                        .server(ERROR, READY, complete("SELECT 1"), READY)))
        .containsExactly(
            "statement n=1 protocol=extended sql=bad",
            "statement n=2 protocol=extended sql=good",
            "statement n=3 protocol=simple sql=next",
            "result n=1 outcome=failed sqlState=42601 rows=0 bytes=0",
            "result n=2 outcome=skipped",
            "result n=3 outcome=completed tag=SELECT 1 rows=1 bytes=0");
  }

  @Test
  void aStatementThatCannotBePreparedIsOnRecord() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(new Parse("s", "selec 7", List.of()), new Sync())
                        .server(ERROR, READY)))
        .containsExactly(
            "prepared prepared=s sql=selec ?", "prepare outcome=failed sqlState=42601 sql=selec ?");
  }

  @Test
  void copyCountsWhatComesFromTheClient() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(new Query("copy t from stdin"))
                        .server(new CopyInResponse(Format.TEXT, List.of()))
                        .client(new CopyData(Bytes.utf8("1\n2\n")), new CopyDone())
                        .server(complete("COPY 2"), READY)
                        .client(new Query("copy t to stdout"))
                        .server(new CopyData(Bytes.utf8("1\n")), complete("COPY 1"), READY)))
        .containsExactly(
            "statement n=1 protocol=simple sql=copy t from stdin",
            "result n=1 outcome=completed tag=COPY 2 rows=2 bytes=0 bytesIn=4",
            "statement n=2 protocol=simple sql=copy t to stdout",
            "result n=2 outcome=completed tag=COPY 1 rows=1 bytes=2");
  }

  @Test
  void functionCallsAreOnRecordWithoutTheirArguments() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(
                            new FunctionCall(
                                957, List.of(), List.of(Bytes.utf8("1")), Format.BINARY))
                        .server(new FunctionCallResponse(Bytes.utf8("1234")), READY)))
        .containsExactly("function n=1 oid=957", "result n=1 outcome=completed bytes=4");
  }

  @Test
  void whatIsUnderWayAtTheEndIsAborted() throws Exception {
    assertThat(
            statements(
                session ->
                    session.client(new Query("select pg_sleep(60)"), new Query("x")).server(ROW)))
        .containsExactly(
            "statement n=1 protocol=simple sql=select pg_sleep(?)",
            "statement n=2 protocol=simple sql=x",
            "result n=1 outcome=aborted rows=1 bytes=" + ROW_BYTES,
            "result n=2 outcome=aborted rows=0 bytes=0");
  }

  @Test
  void largeRowsCountAsTheyPass() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(new Query("x"))
                        .undecoded(new UndecodedMessage(false, 'D', 20_000_004, Bytes.utf8("\0\1")))
                        .server(complete("SELECT 1"), READY)))
        .contains("result n=1 outcome=completed tag=SELECT 1 rows=1 bytes=20000000");
  }

  @Test
  void parametersAreRecordedWhereThatIsConfiguredUnlessTheStatementSpeaksOfAPassword()
      throws Exception {
    settings.keepParameters = true;
    settings.redact = List.of(new RedactionRule("[0-9]{4}", "####"));
    assertThat(
            statements(
                session ->
                    session.client(
                        new Parse("", "select $1, $2", List.of()),
                        new Bind(
                            "",
                            "",
                            List.of(Format.TEXT, Format.BINARY),
                            Arrays.asList(Bytes.utf8("card 1234"), null),
                            List.of()),
                        new Execute("", 0),
                        new Parse("", "select set_password($1)", List.of()),
                        bind("", "", "hidden"),
                        new Execute("", 0))))
        .contains(
            "statement n=1 protocol=extended sql=select $1, $2 parameters=[\"card ####\",null]",
            "statement n=2 protocol=extended sql=select set_password($1)");
  }

  @Test
  void aTextThatMayRunMoreThanIsShownSaysSo() throws Exception {
    assertThat(
            statements(
                session ->
                    session
                        .client(new Query("select '\\'; delete from t where id = 1"))
                        .client(new Query("select '\uFFFD'"))
                        .client(new Query("select E'\\'', '\\a'"))))
        .contains(
            "statement n=1 protocol=simple sql=select '?' unclear=true",
            "statement n=2 protocol=simple sql=select '?' unclear=true",
            "statement n=3 protocol=simple sql=select E'?', '?'");
  }

  @Test
  void passwordsAreHiddenWhateverIsConfigured() throws Exception {
    settings.keepLiterals = true;
    assertThat(
            statements(
                session ->
                    session.client(
                        new Query("select 'kept'"),
                        new Query("ALTER ROLE bob PASSWORD 'hidden'"),
                        new Query("create user u with encrypted Password $$hidden$$"))))
        .contains(
            "statement n=1 protocol=simple sql=select 'kept'",
            "statement n=2 protocol=simple sql=ALTER ROLE bob PASSWORD '?'",
            "statement n=3 protocol=simple sql=create user u with encrypted Password '?'")
        .noneMatch(line -> line.contains("hidden"));
  }

  @Test
  void longStatementsAreCutAndSayHowLongTheyWere() throws Exception {
    settings.maxLength = 10;
    assertThat(statements(session -> session.client(new Query("select aaaaaaaaaaaaaa"))))
        .contains("statement n=1 protocol=simple sql=select aaa length=21");
  }

  @Test
  void onlyTheClassesThatAreAskedForAreOnRecord() throws Exception {
    settings.classes = List.of(StatementClass.DDL);
    assertThat(
            statements(
                session ->
                    session
                        .client(new Query("select 1"))
                        .server(complete("SELECT 1"), READY)
                        .client(new Query("drop table t"))
                        .server(complete("DROP TABLE"), READY)
                        .client(new Query("do $$ $$"))
                        .server(complete("DO"), READY)))
        .containsExactly(
            "statement n=1 protocol=simple sql=drop table t",
            "result n=1 outcome=completed tag=DROP TABLE bytes=0",
            "statement n=2 protocol=simple sql=do '?'",
            "result n=2 outcome=completed tag=DO bytes=0");
  }

  @Test
  void statementsThatAreForgottenAreOnRecordBefore() throws Exception {
    List<String> lines =
        statements(
            session -> {
              for (int i = 0; i <= Names.MAX_STATEMENTS; i++) {
                session.client(new Parse("s" + i, "select x" + i, List.of()));
                session.server(new ParseComplete());
              }
              session.client(bind("", "s0"), new Execute("", 0));
            });
    assertThat(lines)
        .startsWith("prepared prepared=s0 sql=select x0")
        .contains("statement n=1 protocol=extended prepared=s0 sql=(unknown)");
  }

  @Test
  void refusedLogins() throws Exception {
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      audit.refused(
          new RefusedLogin(
              Samples.client(),
              Samples.startup("mallory", "app"),
              null,
              null,
              SqlState.INVALID_PASSWORD,
              FailureKind.CLIENT,
              "wrong password",
              Instant.EPOCH));
      audit.close();
    }
    assertThat(log.brief())
        .containsExactly(
            "login-refused proved=false sqlState=28P01 fault=client reason=wrong password");
  }

  @Test
  void sessionsOfOthersCostNothing() throws Exception {
    settings.users = new NameFilter(null, List.of("ali*"));
    try (FakePluginContext context = FakePluginContext.in(home, "audit")) {
      MessageInterceptor audit = TestLog.create(settings, context);
      assertThat(TestLog.session(audit).isEmpty()).isTrue();
      audit.close();
    }
    assertThat(log.records()).isEmpty();
  }

  @Test
  void noTextOfAClientEndsALine() throws Exception {
    assertThat(statements(session -> session.client(new Query("select\n\u2028\u202e\ud800\u0007"))))
        .contains("statement n=1 protocol=simple sql=select\n\u2028\u202e\ud800\u0007");
    assertThat(log.lines()).allSatisfy(line -> assertThat(line).matches("\\p{ASCII}+"));
  }
}
