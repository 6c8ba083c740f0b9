package dev.postern.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.proxy.relay.UnnamedStatements.Unnamed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class UnnamedStatementsTest {
  private final UnnamedStatements statements = new UnnamedStatements();

  @Test
  void writesTheParseThatPreparesItAgain() {
    parse("SELECT 1");
    assertThat(written()).isEqualTo("P\0\0\0\20\0SELECT 1\0\0\0");
  }

  @Test
  void theOneBeforeComesBackWhereWhatReplacedItIsSkipped() {
    Unnamed first = parse("SELECT 1");
    Unnamed second = parse("SELECT 22");
    Unnamed third = parse("SELECT 333");
    statements.skipped(second);
    assertThat(statements.current()).isSameAs(third);
    statements.skipped(third);
    assertThat(statements.current()).isSameAs(first);
    assertThat(written()).contains("SELECT 1\0");
  }

  @Test
  void noneComesBackWhereWhatReplacedItWasRefused() {
    parse("SELECT 1");
    Unnamed second = parse("SELECT 2");
    statements.forget(second);
    assertThat(statements.current()).isNull();
  }

  @Test
  void aQueryEndsItUnlessTheQueryIsSkipped() {
    Unnamed first = parse("SELECT 1");
    Unnamed none = statements.forgetUnlessSkipped();
    assertThat(statements.current()).isNull();
    assertThat(statements.mayBeThere()).isTrue();
    assertThat(none).isNotNull();
    if (none != null) {
      statements.skipped(none);
    }
    assertThat(statements.current()).isSameAs(first);
  }

  @Test
  void aTextOfMoreThanAMebibyteIsNotKept() {
    parse("-".repeat(1024 * 1024));
    assertThat(statements.current()).isNotNull();
    assertThat(statements.canParseAgain()).isFalse();
  }

  @Test
  void nothingBeforeOneThatTheServerHasPreparedIsKept() {
    var eldest = new WeakReference<>(parse("SELECT 1"));
    parse("SELECT 2").confirm();
    await()
        .until(
            () -> {
              System.gc();
              return eldest.refersTo(null);
            });
    assertThat(statements.current()).isNotNull();
  }

  @Test
  void nothingBeforeAQueryThatIsOverIsKept() {
    var eldest = new WeakReference<>(parse("SELECT 1"));
    Unnamed none = Objects.requireNonNull(statements.forgetUnlessSkipped());
    none.confirm();
    await()
        .until(
            () -> {
              System.gc();
              return eldest.refersTo(null);
            });
    assertThat(statements.mayBeThere()).isTrue();
  }

  private Unnamed parse(String sql) {
    byte[] body = (sql + "\0\0\0").getBytes(StandardCharsets.US_ASCII);
    return statements.parsed(Unpooled.wrappedBuffer(body), 0, body.length, 0, false);
  }

  private String written() {
    ByteBuf out = Unpooled.buffer();
    statements.write(out);
    return out.toString(StandardCharsets.US_ASCII);
  }
}
