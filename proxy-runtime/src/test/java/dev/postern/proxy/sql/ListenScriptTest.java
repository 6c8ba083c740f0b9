package dev.postern.proxy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.sql.ListenScript.Step;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenScriptTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LISTEN a                         | UNLISTEN a                          | a
          /* LISTEN x */ listen Foo -- b   | /* LISTEN x */ UNlisten Foo -- b    | foo
          LISTEN "a "" B";                 | UNLISTEN "a "" B";                  | a " B
          LISTEN/**/a$1                    | UNLISTEN/**/a$1                     | a$1
          SELECT 'LISTEN y'; LISTEN a      | SELECT 'LISTEN y'; UNLISTEN a       | a
          """)
  void theServerGetsUnlistenAndTheNameIsAsServersKeepIt(String text, String server, String name) {
    ListenScript script = Objects.requireNonNull(read(text));
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(script.forServer(bytes, 0, bytes.length)).asString().isEqualTo(server);
    assertThat(script.channels()).containsExactly(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LISTEN",
        "LISTEN *",
        "LISTEN \"\"",
        "LISTEN \"open",
        "LISTEN 1",
        "LISTEN a b",
        "LISTEN a.b",
        "LISTEN U&\"a\"",
        "LISTEN a; LISTEN 'b'",
        "LISTEN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void whatIsNotPlainIsNotUnderstood(String text) {
    assertThat(read(text)).isNull();
  }

  @Test
  void otherLettersAreUnderstoodWhereEverybodyUsesUnicode() {
    byte[] text = "LISTEN grün".getBytes(StandardCharsets.UTF_8);
    assertThat(ListenScript.of(text, 0, text.length, false, true)).isNotNull();
    assertThat(ListenScript.of(text, 0, text.length, false, false)).isNull();
  }

  @Test
  void stepsAreInTheOrderOfTheStatements() {
    String text =
        "BEGIN; SAVEPOINT A; UNLISTEN b; UNLISTEN *; RELEASE c; RELEASE SAVEPOINT d; ROLLBACK TO e;"
            + " rollback work to savepoint \"F\"; ROLLBACK; ABORT; COMMIT AND CHAIN; END;"
            + " COMMIT PREPARED 'x'; ROLLBACK PREPARED 'x'; SELECT 1";
    assertThat(Objects.requireNonNull(read(text)).steps())
        .containsExactly(
            new Step.Savepoint("a"),
            new Step.Unlisten("b"),
            new Step.UnlistenAll(),
            new Step.Release("c"),
            new Step.Release("d"),
            new Step.RollbackTo("e"),
            new Step.RollbackTo("F"),
            new Step.End(),
            new Step.End(),
            new Step.End(),
            new Step.End());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          LISTEN a; PREPARE TRANSACTION 'x'         | UNLISTEN a; LISTEN postern; PREPARE TRANSACTION 'x'
          LISTEN a; COMMIT; PREPARE TRANSACTION 'x' | UNLISTEN a; COMMIT; PREPARE TRANSACTION 'x'
          PREPARE TRANSACTION 'x'; LISTEN a         | PREPARE TRANSACTION 'x'; UNLISTEN a
          LISTEN a; PREPARE transaction AS SELECT 1 | UNLISTEN a; PREPARE transaction AS SELECT 1
          LISTEN a; PREPARE transaction (int) AS b  | UNLISTEN a; PREPARE transaction (int) AS b
          """)
  void aTransactionThatHasListenedIsBarredFromBeingPrepared(String text, String server) {
    ListenScript script = Objects.requireNonNull(read(text)).barred(new Channels());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(script.forServer(bytes, 0, bytes.length)).asString().isEqualTo(server);
    assertThat(script.length(bytes.length)).isEqualTo(server.length());
  }

  private static @Nullable ListenScript read(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ListenScript.of(bytes, 0, bytes.length, false, true);
  }
}
