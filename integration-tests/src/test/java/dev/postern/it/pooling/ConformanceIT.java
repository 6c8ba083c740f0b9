package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client sees through a small pool, together with others, is what it sees at the server
 * itself: messages, columns, rows, counts, errors, notices, parameters. Each case is played twice,
 * and what was seen is compared whole. What differs is in docs/transaction-pooling.md.
 */
@ParameterizedClass(name = "PostgreSQL {0}")
@MethodSource("versions")
final class ConformanceIT {
  private static final String ROLE = "conformance_role";
  private static final int POOL = 3;
  private static final int NEIGHBOURS = 3;

  private static final Map<String, WireCases.Script> WIRE = WireCases.all();
  private static final Map<String, JdbcCases.Case> JDBC = JdbcCases.all();

  private record Town(
      PostgresServer server,
      Way direct,
      Way through,
      RunningPostern postern,
      Neighbours neighbours) {}

  private static @Nullable Town inhabited;

  @Parameter int version;

  static List<Integer> versions() {
    return PostgresServer.versions();
  }

  static Set<String> wireCases() {
    return WIRE.keySet();
  }

  static Set<String> jdbcCases() {
    return JDBC.keySet();
  }

  @BeforeParameterizedClassInvocation
  static void moveIn(int version) {
    PostgresServer server = PostgresServer.shared(version);
    RunningPostern postern =
        Pools.before(server, Pooling.TRANSACTION.with(pool -> pool.size(POOL)));
    Pools.createRole(server, postern, ROLE);
    server.execute(
        "DROP TABLE IF EXISTS public.conformance, public.conformance_place",
        "DROP SCHEMA IF EXISTS conformance_schema CASCADE",
        "DROP ROLE IF EXISTS conformance_group",
        "CREATE ROLE conformance_group",
        "GRANT conformance_group TO " + ROLE,
        "GRANT CREATE ON SCHEMA public TO " + ROLE,
        "CREATE TABLE public.conformance (id int PRIMARY KEY, name text)",
        "ALTER TABLE public.conformance OWNER TO " + ROLE,
        "CREATE SCHEMA conformance_schema AUTHORIZATION " + ROLE,
        "CREATE TABLE public.conformance_place AS SELECT 'public' AS kind",
        "CREATE TABLE conformance_schema.conformance_place AS SELECT 'schema' AS kind",
        "GRANT ALL ON public.conformance_place, conformance_schema.conformance_place TO " + ROLE);
    Way through = Way.through(postern, ROLE);
    inhabited =
        new Town(
            server, Way.direct(server, ROLE), through, postern, Neighbours.of(through, NEIGHBOURS));
  }

  @AfterParameterizedClassInvocation
  static void moveOut() {
    try (RunningPostern postern = town().postern()) {
      town().neighbours().close();
      await().until(() -> postern.server().registry().sessions().isEmpty());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wireCases")
  void givesAScriptedClientTheSameMessages(String name) {
    WireCases.Script script = Objects.requireNonNull(WIRE.get(name));
    wire(town().through(), script).expectSameAs(wire(town().direct(), script));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("jdbcCases")
  void givesPgjdbcTheSameResults(String name) throws Exception {
    JdbcCases.Case play = Objects.requireNonNull(JDBC.get(name));
    jdbc(town().through(), play).expectSameAs(jdbc(town().direct(), play));
  }

  @Test
  void givesNodeTheSameResults() {
    clear();
    Transcript through = NodeProgram.conformance(town().through());
    clear();
    through.expectSameAs(NodeProgram.conformance(town().direct()));
  }

  @Test
  void greetsWithTheSameParameters() {
    try (WireClient through = WireClient.connect(town().through().address());
        WireClient direct = WireClient.connect(town().direct().address())) {
      assertThat(through.login(ROLE, Pools.PASSWORD, "postgres").parameters())
          .isEqualTo(direct.login(ROLE, Pools.PASSWORD, "postgres").parameters());
    }
  }

  private static Town town() {
    return Objects.requireNonNull(inhabited);
  }

  /** Rows come in the order in which they lie there. */
  private static void clear() {
    town().server().execute("SET lock_timeout = '10s'", "TRUNCATE conformance");
  }

  private static Transcript wire(Way way, WireCases.Script script) {
    clear();
    Transcript transcript = new Transcript();
    try (WireSession client = new WireSession("1", way.wire(), transcript);
        WireSession other = new WireSession("2", way.wire(), transcript)) {
      script.play(client, other);
      return transcript;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("%s, after %s".formatted(e.getMessage(), transcript.tail()), e);
    }
  }

  private static Transcript jdbc(Way way, JdbcCases.Case play) throws Exception {
    clear();
    Transcript transcript = new Transcript();
    try (Connection connection = way.jdbc(play.properties())) {
      play.script().play(new JdbcSession(connection, transcript));
      return transcript;
    } catch (AssertionError | Exception e) {
      throw new AssertionError("%s, after %s".formatted(e, transcript.tail()), e);
    }
  }
}
