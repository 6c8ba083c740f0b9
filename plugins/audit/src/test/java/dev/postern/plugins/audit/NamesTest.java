package dev.postern.plugins.audit;

import static dev.postern.plugins.audit.Talk.BOUND;
import static dev.postern.plugins.audit.Talk.ERROR;
import static dev.postern.plugins.audit.Talk.EXECUTE;
import static dev.postern.plugins.audit.Talk.HARM;
import static dev.postern.plugins.audit.Talk.HARMLESS;
import static dev.postern.plugins.audit.Talk.IN_BLOCK;
import static dev.postern.plugins.audit.Talk.PARSED;
import static dev.postern.plugins.audit.Talk.READY;
import static dev.postern.plugins.audit.Talk.SYNC;
import static dev.postern.plugins.audit.Talk.bind;
import static dev.postern.plugins.audit.Talk.complete;
import static dev.postern.plugins.audit.Talk.parse;
import static dev.postern.plugins.audit.Talk.prepare;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import dev.postern.testkit.spi.FakeInterests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which text is on record of what runs under a name, whatever clients do with names. */
@SuppressWarnings("NullAway.Init") // each test makes one
final class NamesTest {
  @TempDir Path home;

  private TestLog log;
  private TestLog.Settings settings;

  @BeforeEach
  void make() {
    log = new TestLog(home);
    settings = log.settings();
    settings.sizes = false;
    settings.kinds = List.of(Kind.STATEMENTS, Kind.RESULTS, Kind.FUNCTIONS);
  }

  private List<String> after(Consumer<FakeInterests> doing) throws Exception {
    return log.after(settings, doing);
  }

  @Test
  void aParseThatFailsGivesNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARM);
                  session.client(parse("s", HARMLESS), SYNC).server(ERROR, READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=1 protocol=extended prepared=s sql=" + HARM);
  }

  @Test
  void aParseThatIsSkippedGivesNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARM);
                  session
                      .client(parse("x", "bad"), parse("", HARMLESS), SYNC)
                      .server(ERROR, READY)
                      .client(bind("", ""), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=1 protocol=extended sql=" + HARM)
        .noneMatch(line -> line.contains(HARMLESS));
  }

  @Test
  void whatIsNotKnownYetIsOnRecordWithAllThatItMayBe() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARM);
                  session
                      .client(parse("x", "bad"), parse("", HARMLESS), SYNC)
                      .client(bind("", ""), EXECUTE, SYNC)
                      .server(ERROR, READY, BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared= sql=" + HARMLESS,
            "prepared prepared= sql=" + HARM,
            "statement n=1 protocol=extended sql=(unknown)",
            "result n=1 outcome=completed tag=DELETE 9 rows=9");
  }

  @Test
  void aQueryThatIsSkippedTakesNoNameAway() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", HARM), parse("x", "bad"), new Query("skipped"), SYNC)
                        .client(parse("y", "bad"), parse("", HARMLESS), SYNC)
                        .client(bind("", ""), EXECUTE, SYNC)
                        .server(PARSED, ERROR, READY, ERROR, READY)
                        .server(BOUND, complete("DELETE 9"), READY)))
        .containsSubsequence(
            "prepared prepared= sql=" + HARM, "statement n=2 protocol=extended sql=(unknown)");
  }

  @Test
  void aPortalThatIsNotKnownYetIsOnRecordWithAllThatItMayBe() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(new Query("begin"))
                        .server(complete("BEGIN"), IN_BLOCK)
                        .client(parse("", HARMLESS), bind("", ""), SYNC)
                        .server(PARSED, BOUND, IN_BLOCK)
                        .client(parse("", HARM), bind("", ""), SYNC, EXECUTE, SYNC)
                        .server(PARSED, BOUND, IN_BLOCK, complete("DELETE 9"), IN_BLOCK)))
        .containsSubsequence(
            "prepared prepared= sql=" + HARM, "statement n=2 protocol=extended sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deallocate s",
        "select 1; /* */ PREPARE s as delete from accounts",
        "/* */ discard all",
        "deallocate all",
        "deallocate /* x */ s",
        "do $$ begin execute 'deallocate s'; end $$",
      })
  void namesThatSqlMayHaveGivenAreNotKnown(String sql) throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  session.client(new Query(sql)).server(complete("ANY"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared=s sql=" + HARMLESS,
            "statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "declare p cursor for select 1",
        "begin; declare s cursor for select 1; fetch all from s; close s; commit",
        "deallocate t",
        "prepare t as select 1",
        "execute t",
      })
  void namesThatSqlLeavesAloneAreKnown(String sql) throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "t", HARMLESS);
                  session.client(new Query(sql)).server(complete("ANY"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("SELECT 1"), READY);
                }))
        .contains("statement n=2 protocol=extended prepared=s sql=" + HARMLESS);
  }

  @Test
  void namesThatAPreparedStatementTakesWhenSqlExecutesItAreNotKnown() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "d", "prepare s as " + HARM);
                  session.client(new Query("execute d")).server(complete("PREPARE"), READY);
                  session
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .contains("statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @Test
  void namesThatAnExecuteMayHaveGivenAreNotKnown() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  prepare(session, "d", "deallocate s");
                  session
                      .client(bind("", "d"), EXECUTE, bind("", "s"), EXECUTE, SYNC)
                      .server(BOUND, complete("DEALLOCATE"), BOUND, complete("DELETE 9"), READY);
                }))
        .contains(
            "statement n=1 protocol=extended prepared=d sql=deallocate s",
            "statement n=2 protocol=extended prepared=s sql=(unknown)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u00e9", "\ufffd"})
  void namesThatTheServerMayReadOtherwiseAreNotKnown(String letter) throws Exception {
    String name = letter + "s";
    assertThat(
            after(
                session -> {
                  prepare(session, name, HARM);
                  session.client(bind("", name), EXECUTE, SYNC);
                }))
        .containsSubsequence(
            "prepared prepared=" + name + " sql=" + HARM,
            "statement n=1 protocol=extended prepared=" + name + " sql=(unknown)");
  }

  @Test
  void namesThatTheServerCutsAreOne() throws Exception {
    String cut = "n".repeat(63);
    assertThat(
            after(
                session -> {
                  prepare(session, cut + "1", HARM);
                  session.client(parse(cut + "2", HARMLESS), SYNC).server(ERROR, READY);
                  session.client(bind("", cut + "2"), EXECUTE, SYNC);
                }))
        .contains("statement n=1 protocol=extended prepared=" + cut + " sql=" + HARM);
  }

  @Test
  void whatHasANameIsOnRecordBeforeSqlCanRunIt() throws Exception {
    settings.keepParameters = true;
    assertThat(
            after(
                session -> {
                  session
                      .client(parse("s", HARM), parse("", "select $1"), bind("p", "", "7"), SYNC)
                      .server(PARSED, PARSED, BOUND, IN_BLOCK);
                  session.client(new Query("execute s"), new Query("fetch all from p"));
                }))
        .startsWith(
            "prepared prepared=s sql=" + HARM,
            "prepared prepared= portal=p sql=select $1 parameters=[\"7\"]",
            "statement n=1 protocol=simple sql=execute s",
            "statement n=2 protocol=simple sql=fetch all from p");
  }

  @Test
  void manyPortalsHideNoText() throws Exception {
    assertThat(
            after(
                session -> {
                  session
                      .client(new Query("begin"), parse("", HARM), bind("", ""), SYNC)
                      .server(complete("BEGIN"), IN_BLOCK, PARSED, BOUND, IN_BLOCK);
                  prepare(session, "s", HARMLESS);
                  for (int i = 0; i <= Names.MAX_PORTALS; i++) {
                    session.client(bind("p" + i, "s")).server(BOUND);
                  }
                  session.client(new Execute("p0", 0), EXECUTE);
                }))
        .contains(
            "prepared prepared=s portal=p0 sql=" + HARMLESS,
            "statement n=2 protocol=extended portal=p0 sql=(unknown)",
            "prepared prepared= sql=" + HARM);
  }

  @Test
  void aPortalIsNotKnownWhenItsTransactionHasEnded() throws Exception {
    assertThat(
            after(
                session ->
                    session
                        .client(parse("", HARMLESS), bind("p", ""), SYNC)
                        .server(PARSED, BOUND, READY)
                        .client(new Execute("p", 0), SYNC)))
        .contains("statement n=1 protocol=extended portal=p sql=(unknown)");
  }

  @Test
  void aNameThatIsGivenAnewIsNotKnownBeforeTheServerHasSaidSo() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s", HARMLESS);
                  session
                      .client(new Close(Target.STATEMENT, "s"), parse("s", HARM), SYNC)
                      .client(bind("", "s"), EXECUTE, SYNC)
                      .server(new CloseComplete(), PARSED, READY)
                      .server(BOUND, complete("DELETE 9"), READY);
                }))
        .containsSubsequence(
            "prepared prepared=s sql=" + HARMLESS,
            "prepared prepared=s sql=" + HARM,
            "statement n=1 protocol=extended prepared=s sql=(unknown)");
  }

  @Test
  void aLongNameDoesNotPushAnotherOneOutOfSight() throws Exception {
    Bytes start = Bytes.wrap("p".repeat(512).getBytes(StandardCharsets.US_ASCII));
    assertThat(
            after(
                session -> {
                  prepare(session, "", HARMLESS);
                  session.undecoded(new UndecodedMessage(true, 'B', 20_000_000, start));
                  session.client(new Execute("p".repeat(600), 0), SYNC);
                }))
        .contains("statement n=1 protocol=extended portal=" + "p".repeat(63) + " sql=(unknown)");
  }

  @Test
  void longNamesAreNotRepeatedInEachRecord() throws Exception {
    assertThat(
            after(
                session -> {
                  prepare(session, "s".repeat(100_000), HARMLESS);
                  session.client(bind("", "s".repeat(100_000)), EXECUTE, SYNC);
                }))
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(200));
  }

  @Test
  void valuesOfAnUnknownTextAreShownUnlessItMaySpeakOfAPassword() throws Exception {
    settings.keepParameters = true;
    assertThat(
            after(
                session -> {
                  session.client(bind("", "other", "shown"), EXECUTE, SYNC);
                  session.server(BOUND, complete("SELECT 1"), READY);
                  prepare(session, "s", "select set_password($1)");
                  session.client(new Query("deallocate s")).server(complete("ANY"), READY);
                  session.client(bind("", "s", "hidden"), EXECUTE, SYNC);
                }))
        .contains(
            "statement n=1 protocol=extended prepared=other sql=(unknown) parameters=[\"shown\"]",
            "statement n=3 protocol=extended prepared=s sql=(unknown)")
        .noneMatch(line -> line.contains("hidden"));
  }
}
