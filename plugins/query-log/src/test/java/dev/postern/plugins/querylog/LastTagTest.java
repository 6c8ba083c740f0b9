package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.CommandComplete;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class LastTagTest {
  private final LastTag last = new LastTag();

  @Test
  void whatComesAgainIsWrittenAsTheFirstTime() {
    CommandComplete inserted = new CommandComplete("INSERT 0 12");
    for (int i = 0; i < 3; i++) {
      CommandTag tag = last.of(inserted);
      assertThat(tag.command()).isEqualTo("INSERT");
      assertThat(tag.rows()).isEqualTo(12);
      assertThat(written(tag)).isEqualTo("{\"command\":\"INSERT\",\"rows\":12}\n");
    }
  }

  @Test
  void eachSaysItsOwn() {
    assertThat(written(last.of(new CommandComplete("SELECT 1")))).contains("\"rows\":1}");
    assertThat(written(last.of(new CommandComplete("SELECT 2")))).contains("\"rows\":2}");
    assertThat(written(last.of(new CommandComplete("CREATE TABLE"))))
        .isEqualTo("{\"command\":\"CREATE TABLE\"}\n");
  }

  @Test
  void rowsOfEarlierFetchesAreAdded() {
    CommandTag tag = last.of(new CommandComplete("SELECT 2"));
    assertThat(tag.after(0)).isSameAs(tag);
    assertThat(written(tag.after(3))).contains("\"rows\":5}");
    assertThat(last.of(new CommandComplete("BEGIN")).after(3).rows()).isEqualTo(-1);
  }

  @Test
  void whereNothingIsSaidNothingIsWritten() {
    assertThat(written(CommandTag.NONE)).isEqualTo("{\"a\":1}\n");
    assertThat(written(CommandTag.ofRows(7))).isEqualTo("{\"rows\":7}\n");
  }

  private static String written(CommandTag tag) {
    JsonLines json = new JsonLines(64).begin();
    tag.writeTo(json);
    if (json.members().length == 1) {
      json.put("a", 1);
    }
    json.end();
    return new String(json.bytes().array(), 0, json.length(), StandardCharsets.UTF_8);
  }
}
