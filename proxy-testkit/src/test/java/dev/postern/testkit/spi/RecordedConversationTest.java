package dev.postern.testkit.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.testkit.spi.RecordedConversation.Line;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordedConversationTest {
  private final FakeInterests session = new FakeInterests();

  private static RecordedConversation of(String client) throws IOException {
    return RecordedConversation.resource(RecordedConversationTest.class, client + ".recording");
  }

  @ParameterizedTest
  @ValueSource(strings = {"psql", "pgjdbc"})
  void passesUnchangedWhereNothingIsChanged(String client) throws Exception {
    session
        .observeFrontend(FrontendMessage.class, message -> {})
        .interceptBackend(
            BackendMessage.class,
            message -> Verdict.later(CompletableFuture.completedFuture(Verdict.forward())));

    assertThat(of(client).through(session)).isEqualTo(of(client));
  }

  @Test
  void hasBothDirectionsInTheirOrder() throws Exception {
    RecordedConversation said = of("psql");
    Line question = new Line(true, new Query("SELECT 'last';"));
    Line answer = new Line(false, new CommandComplete("SELECT 1"));

    assertThat(said.lines().subList(said.lines().indexOf(question), said.lines().size()))
        .contains(answer);
    assertThat(said.client().size() + said.server().size()).isEqualTo(said.lines().size());
  }

  @Test
  void holdsTheValuesThatWereRecorded() throws Exception {
    assertThat(of("pgjdbc").server())
        .filteredOn(DataRow.class::isInstance)
        .anyMatch(row -> ((DataRow) row).columns().contains(Bytes.utf8("a value")));
  }

  @Test
  void showsWhatIsReplacedAndWhatIsRefused() throws Exception {
    session
        .interceptFrontend(
            Query.class,
            query ->
                query.sql().startsWith("DO")
                    ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "no")
                    : Verdict.forward())
        .interceptBackend(
            CommandComplete.class, complete -> Verdict.replace(new CommandComplete("DONE")));

    RecordedConversation passed = of("psql").through(session);

    assertThat(passed.client()).hasSize(of("psql").client().size() - 1);
    assertThat(passed.server())
        .contains(
            ErrorResponse.error(SqlState.INSUFFICIENT_PRIVILEGE, "no"), new CommandComplete("DONE"))
        .doesNotContain(new CommandComplete("SELECT 1"));
  }

  @Test
  void endsWhereTheSessionIsEnded() throws Exception {
    session.interceptFrontend(
        Execute.class, execute -> Verdict.terminate(SqlState.ADMIN_SHUTDOWN, "enough"));

    RecordedConversation passed = of("pgjdbc").through(session);

    assertThat(passed.lines()).hasSizeLessThan(of("pgjdbc").lines().size());
    assertThat(passed.lines().getLast())
        .isEqualTo(new Line(false, ErrorResponse.fatal(SqlState.ADMIN_SHUTDOWN, "enough")));
  }

  @Test
  void saysWhatIsNoRecording(@TempDir Path directory) throws Exception {
    Path text = Files.writeString(directory.resolve("text"), "SELECT 1");

    assertThatThrownBy(() -> RecordedConversation.load(text)).hasMessage("not a recording");
    assertThatThrownBy(() -> of("nobody")).isInstanceOf(FileNotFoundException.class);
  }
}
