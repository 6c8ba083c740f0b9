package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Limits by the route and the database of a session: two databases on one route, a third on
 * another, and one statement that may pass.
 */
final class LimitsByPlaceIT {
  private static final String ROLE = "limited_by_place";
  private static final String ONE = "place_north_one";
  private static final String TWO = "place_north_two";
  private static final String OTHER = "place_south";
  private static final String REFUSED = "53400";

  @BeforeAll
  static void createDatabases() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
    for (String database : List.of(ONE, TWO, OTHER)) {
      Gateways.server().createDatabase(database, ROLE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void eachRouteHasABucketOfItsOwn(String mode) {
    try (RunningPostern postern = with(mode, Map.of("by", List.of("route")))) {
      assertThat(answers(postern, ONE, TWO, OTHER, OTHER))
          .containsExactly("served", REFUSED, "served", REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void eachDatabaseHasABucketOfItsOwn(String mode) {
    try (RunningPostern postern = with(mode, Map.of("by", List.of("database")))) {
      assertThat(answers(postern, ONE, ONE, TWO, TWO, OTHER))
          .containsExactly("served", REFUSED, "served", REFUSED, "served");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aLimitOfARouteIsForNoOther(String mode) {
    try (RunningPostern postern = with(mode, Map.of("match", Map.of("route", List.of("north*"))))) {
      assertThat(answers(postern, OTHER, OTHER, ONE, TWO, OTHER))
          .containsExactly("served", "served", "served", REFUSED, "served");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aLimitOfADatabaseIsForNoOther(String mode) {
    try (RunningPostern postern = with(mode, Map.of("match", Map.of("database", List.of(TWO))))) {
      assertThat(answers(postern, ONE, ONE, TWO, TWO, OTHER))
          .containsExactly("served", "served", "served", REFUSED, "served");
    }
  }

  private static RunningPostern with(String mode, Map<String, Object> whose) {
    Map<String, Object> limit = new HashMap<>(whose);
    limit.put("name", "one");
    limit.put("statements", Map.of("rate", 1, "per", "1h"));
    RunningPostern postern =
        Gateways.withRoutes(
                List.of(route("northern", "place_north*", mode), route("southern", "*", mode)))
            .interceptor("limits", new LimitsFactory(), Map.of("limits", List.of(limit)))
            .start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private static Map<String, Object> route(String name, String databases, String mode) {
    return Map.of(
        "name",
        name,
        "match",
        Map.of("database", databases),
        "backends",
        List.of(Gateways.backend(Gateways.server().host(), Gateways.server().port())),
        "pool",
        Map.of("mode", mode));
  }

  /** What a client of each of these databases is answered, one after the other. */
  private static List<String> answers(RunningPostern postern, String... databases) {
    return Stream.of(databases).map(database -> answer(postern, database)).toList();
  }

  private static String answer(RunningPostern postern, String database) {
    try (WireClient client = WireClient.connect(postern.address())) {
      client.login(ROLE, Gateways.PASSWORD, database);
      return client.query("SELECT 'served'").stream()
          .filter(message -> message.type() == 'D' || message.type() == 'E')
          .map(message -> message.type() == 'D' ? message.values().getFirst() : message.sqlState())
          .findFirst()
          .orElseThrow();
    }
  }
}
