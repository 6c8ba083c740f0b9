package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Terminate;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.RecordedConversation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the recorder writes of real sessions is a fixture of the test kit. With the system property
 * {@code postern.it.fixtures}, a directory, the recordings are left there: the fixtures of the test
 * kit and of the author's guide were made so.
 */
final class RecordedConversationIT {
  private static final String ROLE = "recorded_role";

  private static final String[] STATEMENTS = {
    "CREATE TEMP TABLE people (id int, name text)",
    "COPY people FROM STDIN",
    "INSERT INTO people SELECT n, 'person ' || n FROM generate_series(3, 5) n",
    "SELECT * FROM people ORDER BY id; SELECT 1 / 0",
    "COPY people TO STDOUT",
    "DO $$ BEGIN RAISE NOTICE 'seen'; END $$",
    "SELECT 'last'"
  };

  @TempDir Path directory;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void aSessionOfPsqlIsPlayedAsItWas() throws Exception {
    StringBuilder script = new StringBuilder();
    for (String statement : STATEMENTS) {
      script.append(statement).append(";\n");
      if (statement.endsWith("STDIN")) {
        script.append("1\tone\n2\ttwo\n\\.\n");
      }
    }
    try (RunningPostern postern = recording()) {
      Psql.through(postern, ROLE)
          .with("-v", "ON_ERROR_STOP=0")
          .input(script.toString().replace("ORDER BY id; SELECT", "ORDER BY id \\; SELECT"))
          .run();
    }

    RecordedConversation said = RecordedConversation.load(recorded("psql"));
    assertThat(said.client()).contains(new Query("SELECT 'last';")).endsWith(new Terminate());
    assertThat(said.server()).contains(new CommandComplete("COPY 5"));
    assertThat(said.through(lookingAtEverything())).isEqualTo(said);
  }

  @Test
  void aSessionOfPgjdbcIsPlayedAsItWas() throws Exception {
    try (RunningPostern postern = recording()) {
      try (Connection connection = Gateways.connect(postern, ROLE);
          PreparedStatement statement =
              connection.prepareStatement("SELECT n, ?::text FROM generate_series(1, 7) n")) {
        connection.setAutoCommit(false);
        statement.setFetchSize(3);
        statement.setString(1, "a value");
        try (var rows = statement.executeQuery()) {
          while (rows.next()) {
            assertThat(rows.getString(2)).isEqualTo("a value");
          }
        }
        connection.commit();
      }
    }

    RecordedConversation said = RecordedConversation.load(recorded("pgjdbc"));
    assertThat(said.client()).hasAtLeastOneElementOfType(Parse.class);
    assertThat(said.server()).filteredOn(DataRow.class::isInstance).hasSizeGreaterThanOrEqualTo(7);
    assertThat(said.through(lookingAtEverything())).isEqualTo(said);
  }

  private static FakeInterests lookingAtEverything() {
    FakeInterests session = new FakeInterests();
    session
        .interceptFrontend(FrontendMessage.class, message -> Verdict.forward())
        .observeBackend(BackendMessage.class, message -> {});
    return session;
  }

  private RunningPostern recording() {
    Map<String, Object> everything =
        Map.of("bind-values", false, "query-literals", false, "row-values", false);
    RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor(
                "recorder",
                new RecorderFactory(),
                Map.of("directory", directory.toString(), "redact", everything))
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private Path recorded(String client) throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      String fixtures = System.getProperty("postern.it.fixtures");
      if (fixtures != null) {
        Files.copy(all.getFirst(), Path.of(fixtures, client + ".recording"));
      }
      return all.getFirst();
    }
  }
}
