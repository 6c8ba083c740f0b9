package dev.postern.plugins.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.testkit.spi.Samples;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One placeholder in several patterns, some of which could match in many ways. */
final class PlaceholdersTest {
  @ParameterizedTest
  @CsvSource({
    "{tenant}-*, app, app-x, app",
    "{tenant}-*, app, app-x-y, app",
    "{tenant}-*, app-x, app-x-y, app-x",
    "{tenant}-*, app-x-y, app-x-y,",
    "{tenant}-*, other, app-x-y,",
    "*-{tenant}, y, app-x-y, y",
    "*-{tenant}, x-y, app-x-y, x-y",
    "*{tenant}, y, app-x-y, y",
    "{tenant}*, a, app-x-y, a",
  })
  void theUserSaysWhereAPlaceholderOfTheDatabaseEnds(
      String database, String user, String asked, @Nullable String tenant) {
    assertThat(found(match(database, "{tenant}", null), user, asked, "h", Map.of(), "{tenant}"))
        .isEqualTo(tenant);
  }

  @Test
  void theServerNameSaysWhereAPlaceholderOfTheDatabaseEnds() {
    MatchConfig match = match("{tenant}-{stage}", null, "{tenant}.db.example.com");

    assertThat(found(match, "alice", "app-x-y", "app.db.example.com", Map.of(), "{tenant}/{stage}"))
        .isEqualTo("app/x-y");
    assertThat(
            found(match, "alice", "app-x-y", "app-x.db.example.com", Map.of(), "{tenant}/{stage}"))
        .isEqualTo("app-x/y");
    assertThat(found(match, "alice", "app-x-y", "x.db.example.com", Map.of(), "{tenant}")).isNull();
  }

  @Test
  void anAttributeSaysWhereAPlaceholderOfDatabaseAndUserEnds() {
    MatchConfig match =
        new MatchConfig("{tenant}-*", "{person}-{tenant}", null, Map.of("t", "{tenant}"), null);
    String name = "{person}/{tenant}";

    assertThat(found(match, "ann-app-x", "app-x-y-z", "h", Map.of("t", "app-x"), name))
        .isEqualTo("ann/app-x");
    assertThat(found(match, "ann-app-x", "app-x-y-z", "h", Map.of("t", "x"), name)).isNull();
    assertThat(found(match, "ann-app-x", "app-x-y-z", "h", Map.of(), name)).isNull();
  }

  @Test
  void whatOnePatternFindsIsKnownToTheNextWhateverTheirOrder() {
    MatchConfig match =
        new MatchConfig("{a}-{b}", "{b}-{c}", null, Map.of("last", "{c}", "x", "x*"), null);

    assertThat(
            found(
                match,
                "2-3-4-5",
                "1-2-3",
                "h",
                Map.of("last", "4-5", "x", "xyz"),
                "a={a} b={b} c={c}"))
        .isEqualTo("a=1 b=2-3 c=4-5");
  }

  @Test
  void aValueOfAListFitsWhatIsKnownHoweverItCouldBeRead() {
    MatchConfig match =
        new MatchConfig(null, "{tenant}", null, null, Map.of("groups", "{tenant}-{group}"));
    Map<String, String> groups = Map.of("groups", "dba,other-x,app-x-y");

    assertThat(found(match, "app", "d", "h", groups, "{tenant}/{group}")).isEqualTo("app/x-y");
    assertThat(found(match, "dba", "d", "h", groups, "{tenant}/{group}")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "{t}-{t}, a-a, a",
    "{t}-{t}, a-b-a-b, a-b",
    "{t}-{t}, a-a-a, ",
    "{t}{t}, abab, ab",
    "{t}1{t}, a1111a1111a, ",
    "{t}1{t}, 111, 1",
    "{t}-{t}, a-b, ",
  })
  void aPlaceholderThatIsTwiceInAPatternHasOneValue(
      String database, String asked, @Nullable String tenant) {
    assertThat(found(match(database, null, null), "alice", asked, "h", Map.of(), "{t}"))
        .isEqualTo(tenant);
  }

  @Test
  void aPlaceholderThatIsTwiceInAPatternStandsForWhatIsKnown() {
    MatchConfig match = match("{t}{t}", "{t}", null);

    assertThat(found(match, "ab", "abab", "h", Map.of(), "{t}")).isEqualTo("ab");
    assertThat(found(match, "a", "abab", "h", Map.of(), "{t}")).isNull();
  }

  @Test
  void whereNothingIsKnownTheFirstTakesAsMuchAsItCan() {
    assertThat(found(match("{a}-{b}", null, null), "u", "1-2-3", "h", Map.of(), "{a}/{b}"))
        .isEqualTo("1-2/3");
    assertThat(found(match("{a}-*", null, null), "u", "1-2-3", "h", Map.of(), "{a}"))
        .isEqualTo("1-2");
    assertThat(found(match("*-{a}", null, null), "u", "1-2-3", "h", Map.of(), "{a}"))
        .isEqualTo("3");
  }

  @Test
  void whatIsKnownIsTakenAsItIs() {
    Map<String, String> known = new LinkedHashMap<>(Map.of("t", "a\\E.*$1"));

    assertThat(ValuePattern.of("{t}-*").matches("a\\E.*$1-x", known)).isTrue();
    assertThat(ValuePattern.of("{t}-*").matches("abc-x", known)).isFalse();
  }

  @Test
  void manyPatternsThatCouldMatchInManyWaysCostLittle() {
    Map<String, String> patterns = new LinkedHashMap<>();
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      patterns.put("a" + i, "{p" + i + "}{p" + (i + 1) + "}");
      values.put("a" + i, "a".repeat(126));
    }
    values.put("a49", "a".repeat(125) + "!");
    MatchConfig match = new MatchConfig(null, null, null, patterns, null);

    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(found(match, "u", "d", "h", values, "{p0}")).isNull();
          }
        });
  }

  private static MatchConfig match(
      @Nullable String database, @Nullable String user, @Nullable String sni) {
    return new MatchConfig(database, user, sni, null, null);
  }

  /** The route's name, or {@code null} where there is none. */
  private static @Nullable String found(
      MatchConfig match,
      String user,
      String database,
      String serverName,
      Map<String, String> attributes,
      String name) {
    TenantEntry entry =
        new TenantEntry(
            name, match, List.of(new BackendSettings("h", 5432, null)), null, null, null);
    Route route =
        Tenants.of(new TenantsFile(null, null, null, List.of(entry)))
            .routeFor(
                new RoutingRequest(
                    Samples.tlsClient(serverName),
                    Samples.startup(user, database),
                    AuthenticatedUser.named(user).withAttributes(attributes)));
    return route == null ? null : route.name();
  }
}
