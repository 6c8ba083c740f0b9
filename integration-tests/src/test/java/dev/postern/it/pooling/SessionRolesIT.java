package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * In session pooling the next client of a connection is who it says it is: nothing is left of the
 * role, the session authorization and the settings of the client before it.
 */
final class SessionRolesIT {
  /** May become everybody, and begins as itself. */
  private static final String ROLE = "session_roles_super";

  /** Begins as another one. */
  private static final String DISGUISED = "session_roles_disguised";

  private static final String OTHER = "session_roles_other";
  private static final List<Integer> VERSIONS =
      List.of(PostgresServer.versions().getFirst(), PostgresServer.versions().getLast());

  private static final List<String> CHANGES =
      List.of(
          "SET ROLE " + OTHER,
          "SET ROLE NONE",
          "SELECT set_config('role', '" + OTHER + "', false)",
          "SET SESSION AUTHORIZATION " + OTHER,
          "SET SESSION AUTHORIZATION " + OTHER + "; SET ROLE " + OTHER,
          "SET ROLE " + OTHER + "; SET SESSION AUTHORIZATION " + OTHER,
          "BEGIN; SET ROLE " + OTHER,
          "BEGIN; SET LOCAL SESSION AUTHORIZATION " + OTHER + "; SELECT 1 / 0",
          "SET work_mem = '77MB'; SET search_path = pg_temp; SET application_name = 'before'",
          "SET ROLE " + OTHER + "; SET work_mem = '77MB'; RESET ALL");

  private static final String SHOWN =
      "SELECT concat_ws(' ', session_user, current_user, current_setting('role'),"
          + " current_setting('session_authorization'), current_setting('is_superuser'),"
          + " current_setting('work_mem'), current_setting('search_path'),"
          + " current_setting('application_name'))";

  @BeforeAll
  static void createRoles() {
    for (int version : VERSIONS) {
      PostgresServer server = PostgresServer.shared(version);
      for (String role : List.of(ROLE, DISGUISED, OTHER)) {
        server.createRole(role, Pools.PASSWORD);
      }
      server.execute(
          "ALTER ROLE " + ROLE + " SUPERUSER",
          "ALTER ROLE " + DISGUISED + " SUPERUSER",
          "ALTER ROLE " + DISGUISED + " SET role = " + OTHER,
          "ALTER ROLE " + DISGUISED + " SET work_mem = '5MB'");
    }
  }

  static Stream<Arguments> changes() {
    return VERSIONS.stream()
        .flatMap(
            version ->
                Stream.of(ROLE, DISGUISED)
                    .flatMap(
                        role ->
                            CHANGES.stream().map(change -> Arguments.of(version, role, change))));
  }

  @ParameterizedTest(name = "{0}, {1}: {2}")
  @MethodSource("changes")
  void theNextClientSeesNothingOf(int version, String role, String change) {
    PostgresServer server = PostgresServer.shared(version);
    Pooling pooling = Pooling.SESSION.with(pool -> pool.size(1));
    String fresh = shown(Way.direct(server, role));
    try (RunningPostern postern = Pools.before(server, pooling, role)) {
      Way way = Way.through(postern, role);
      String pid;
      try (WireClient client = way.wire()) {
        pid = client.queryOne("SELECT pg_backend_pid()");
        client.query("RESET ROLE"); // the server may refuse what follows to who it is disguised as
        client.query("SET SESSION AUTHORIZATION DEFAULT");
        client.query(change);
        client.send(FrontendPackets.terminate());
        client.expectEnd();
      }
      await().until(() -> postern.server().registry().sessions().isEmpty());
      try (WireClient next = way.wire()) {
        assertThat(next.queryOne("SELECT pg_backend_pid()")).isEqualTo(pid);
        assertThat(next.queryOne(SHOWN)).isEqualTo(fresh);
      }
    }
  }

  private static String shown(Way way) {
    try (WireClient client = way.wire()) {
      return client.queryOne(SHOWN);
    }
  }
}
