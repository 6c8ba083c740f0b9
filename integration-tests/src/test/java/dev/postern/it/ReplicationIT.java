package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Query;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.RunningProgram;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replication connections, physical and logical. */
final class ReplicationIT {
  private static final String ROLE = "replication_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
    Gateways.server().execute("ALTER ROLE " + ROLE + " REPLICATION");
  }

  @Test
  void answersTheCommandsOfReplication() {
    try (WireClient client = replicating("true")) {
      WireMessage row = client.query("IDENTIFY_SYSTEM").get(1);
      assertThat(row.values()).hasSize(4);
    }
  }

  @Test
  void streamsLogicalChanges() {
    PostgresServer server = Gateways.server();
    server.execute(
        "CREATE TABLE IF NOT EXISTS replicated (id int PRIMARY KEY, text text)",
        "DROP PUBLICATION IF EXISTS postern_publication",
        "CREATE PUBLICATION postern_publication FOR TABLE replicated");
    try (WireClient client = replicating("database")) {
      client.query("CREATE_REPLICATION_SLOT postern_slot TEMPORARY LOGICAL pgoutput");
      client.send(
          FrontendPackets.query(
              "START_REPLICATION SLOT postern_slot LOGICAL 0/0"
                  + " (proto_version '1', publication_names 'postern_publication')"));
      client.expect('W');
      server.execute(
          "INSERT INTO replicated VALUES (1, 'streamed') ON CONFLICT (id) DO UPDATE SET text = 'streamed'");
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  new String(client.expect('d').body().toByteArray(), StandardCharsets.ISO_8859_1)
                      .contains("streamed"));
      client.send(FrontendPackets.copyDone());
      client.receiveUntil('Z');
    } finally {
      server.execute("DROP PUBLICATION postern_publication", "DROP TABLE replicated");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "database"})
  void showsTheErrorOfTheInterceptorThatRefusesACommand(String kind) {
    PostgresServer server = Gateways.server();
    try (RunningPostern postern =
        Gateways.before(server)
            .interceptor(
                "refuser",
                (session, interests) ->
                    interests.interceptFrontend(
                        Query.class,
                        query ->
                            query.sql().startsWith("BASE_BACKUP")
                                ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "no backups")
                                : Verdict.forward()))
            .start()) {
      postern.importUser(server, ROLE);
      try (WireClient client = replicating(postern, kind)) {
        List<WireMessage> refusal = client.query("BASE_BACKUP");
        assertThat(refusal).extracting(WireMessage::type).containsExactly('E', 'Z');
        assertThat(refusal.getFirst().sqlState()).isEqualTo("42501");
        assertThat(refusal.getFirst().text()).isEqualTo("no backups");
        assertThat(client.query("IDENTIFY_SYSTEM").get(1).values()).hasSize(4);
      }
    }
  }

  @Test
  void takesABaseBackup(@TempDir Path directory) {
    PostgresServer server = ServersFor.program("pg_basebackup");
    try (RunningPostern postern = before(server)) {
      Psql.program("pg_basebackup", postern, ROLE)
          .with(
              "-D",
              directory.resolve("backup").toString(),
              "-X",
              "stream",
              "-c",
              "fast",
              "--no-sync")
          .run()
          .expectSuccess();
      assertThat(directory.resolve("backup/PG_VERSION"))
          .hasContent(Integer.toString(server.version()));
    }
  }

  @Test
  void receivesTheWriteAheadLog(@TempDir Path directory) {
    PostgresServer server = ServersFor.program("pg_receivewal");
    try (RunningPostern postern = before(server);
        RunningProgram receiver =
            Psql.program("pg_receivewal", postern, ROLE)
                .with("-D", directory.toString(), "--no-sync")
                .start()) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                server.execute(
                    "SELECT pg_switch_wal()",
                    "CREATE TABLE IF NOT EXISTS wal (id int)",
                    "INSERT INTO wal VALUES (1)");
                return completeSegments(directory) >= 1;
              });
      receiver.interrupt();
      receiver.await(Duration.ofSeconds(20));
    }
  }

  private static long completeSegments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.toString().endsWith(".partial")).count();
    }
  }

  private static RunningPostern before(PostgresServer server) {
    RunningPostern postern = Gateways.before(server).start();
    Gateways.createRole(server, postern, ROLE);
    server.execute("ALTER ROLE " + ROLE + " REPLICATION");
    return postern;
  }

  private static WireClient replicating(String kind) {
    return replicating(Gateways.plain(), kind);
  }

  private static WireClient replicating(RunningPostern postern, String kind) {
    WireClient client = WireClient.connect(postern.address());
    client.send(FrontendPackets.startup("user", ROLE, "database", "postgres", "replication", kind));
    client.authenticate(ROLE, Gateways.PASSWORD);
    client.greeting();
    return client;
  }
}
