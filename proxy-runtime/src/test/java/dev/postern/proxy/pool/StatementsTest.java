package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class StatementsTest {
  private static final String SCOPE = "public";

  private final Statements statements = new Statements();

  private Statement prepare(String text) {
    return statements.of(text.getBytes(StandardCharsets.UTF_8), SCOPE, body -> body.length);
  }

  @Test
  void keepsATextOnce() {
    assertThat(prepare("SELECT 1")).isSameAs(prepare("SELECT 1"));
    assertThat(prepare("SELECT 1")).isNotSameAs(prepare("SELECT 2"));
  }

  @Test
  void tellsScopesApart() {
    byte[] text = "SELECT * FROM t".getBytes(StandardCharsets.UTF_8);
    assertThat(statements.of(text, "a", body -> 0))
        .isNotSameAs(statements.of(text, "b", body -> 0));
  }

  @Test
  void givesEachANameOfItsOwn() {
    assertThat(prepare("SELECT 1").name()).isNotEqualTo(prepare("SELECT 2").name());
  }

  @Test
  void givesANewOneOnceItWasToldToForget() {
    Statement before = prepare("SELECT 1");
    statements.forget();
    assertThat(prepare("SELECT 1")).isNotSameAs(before);
  }

  @Test
  void aConnectionClosesTheOneThatWasUsedLeastRecently() {
    PreparedStatements prepared = new PreparedStatements(2);
    Statement first = prepare("SELECT 1");
    Statement second = prepare("SELECT 2");
    Statement third = prepare("SELECT 3");
    prepared.add(first);
    prepared.add(second);
    assertThat(prepared.evict()).isNull();
    assertThat(prepared.use(first)).isTrue();
    prepared.add(third);
    assertThat(prepared.evict()).isSameAs(second);
    assertThat(prepared.evict()).isNull();
    assertThat(prepared.use(second)).isFalse();
  }

  @Test
  void aConnectionConfirmsOnlyWhatItStillKnows() {
    PreparedStatements prepared = new PreparedStatements(2);
    Statement statement = prepare("SELECT 1");
    prepared.add(statement);
    assertThat(prepared.isConfirmed(statement)).isFalse();
    prepared.confirm(statement);
    assertThat(prepared.isConfirmed(statement)).isTrue();
    prepared.remove(statement);
    prepared.confirm(statement);
    assertThat(prepared.use(statement)).isFalse();
  }
}
