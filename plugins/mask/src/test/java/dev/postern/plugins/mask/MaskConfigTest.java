package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.session.SessionInfo;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MaskConfigTest {
  private static final ColumnConfig COLUMN =
      new ColumnConfig("public.t", "c", Masking.NULLED, null, null, null, null, null);

  private final Binder binder = new Binder(Path.of("/nowhere"), Map.of("SHORT", "short"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{table: t, column: c, with: nulled} | t (expected: schema.name)",
        "{table: a.b.c, column: c, with: nulled} | a.b.c (expected: schema.name)",
        "{table: public.t, column: '', with: nulled} | column: empty",
        "{table: public.t, column: c, with: fixed} | value: missing",
        "{table: public.t, column: c, with: nulled, value: x} | has no meaning with nulled",
        "{table: public.t, column: c, with: hashed} | key: missing or too short",
        "{table: public.t, column: c, with: hashed, key: {env: SHORT}} | key: missing or too short",
        "{table: public.t, column: c, with: partial, keep-first: -1} | -1 (expected: 0 or more)",
        "{table: public.t, column: c, with: partial, character: ab} | one visible ASCII character",
        "{table: public.t, column: c, with: hidden} | hidden",
      })
  void refusesColumnsThatMakeNoSense(String column, String message) {
    assertRefused(
        "{catalog: {user: u}, policies: [{name: p, columns: [" + column + "]}]}", message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{policies: []} | catalog",
        "{catalog: {user: u}, policies: []} | policies: empty",
        "{catalog: {user: u}, policies: [{name: p, columns: []}]} | columns: empty",
        "{catalog: {user: ''}, policies: []} | user: empty",
        "{catalog: {user: u, refresh: 1ms}, policies: []} | too short (expected: 1s or more)",
        "{catalog: {user: u, refresh: 60s, max-age: 60s}, policies: []} | not longer than refresh",
      })
  void refusesSectionsThatMakeNoSense(String config, String message) {
    assertRefused(config, message);
  }

  @Test
  void aNameWithADotIsWrittenInQuotes() {
    assertThat(QualifiedName.parse("\"my.schema\".t"))
        .isEqualTo(new QualifiedName("my.schema", "t"));
  }

  @Test
  void defaults() {
    CatalogConfig catalog = new CatalogConfig("u", null, null, null, null);

    assertThat(catalog.effectiveRefresh()).isEqualTo(Duration.ofSeconds(10));
    assertThat(catalog.effectiveMaxAge()).isEqualTo(Duration.ofSeconds(60));
    assertThat(catalog.effectiveTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(new MaskConfig(catalog, List.of(policy(null, null, null)), null, null))
        .returns(Set.of(), MaskConfig::effectiveTrustedFunctions)
        .returns(Set.of(), MaskConfig::effectiveTrustedRelations);
  }

  @Test
  void aPolicyCoversWhatMatchesAllItsLists() {
    SessionInfo session = Samples.session("temp_bob", "shop");

    assertThat(policy(null, null, null).covers(session, "shop")).isTrue();
    assertThat(policy(List.of("alice", "temp_*"), null, null).covers(session, "shop")).isTrue();
    assertThat(policy(List.of("alice"), null, null).covers(session, "shop")).isFalse();
    assertThat(policy(null, List.of("temp_*"), null).covers(session, "shop")).isFalse();
    assertThat(databases("shop").covers(session, "shop")).isTrue();
    assertThat(databases("shop").covers(session, "other")).isFalse();
  }

  @Test
  void anAttributeThatTheUserDoesNotHaveMatchesNothing() {
    PolicyConfig policy = policy(null, null, Map.of("team", List.of("help*")));

    assertThat(policy.covers(Samples.session("bob", "shop"), "shop")).isFalse();
    assertThat(policy.covers(withTeam("helpdesk"), "shop")).isTrue();
    assertThat(policy.covers(withTeam("finance"), "shop")).isFalse();
  }

  private static SessionInfo withTeam(String team) {
    SessionInfo bob = Samples.session("bob", "shop");
    return new SessionInfo(
        bob.client(),
        bob.startup(),
        bob.user().withAttributes(Map.of("team", team)),
        bob.route(),
        bob.backend(),
        bob.startedAt());
  }

  private static PolicyConfig policy(
      @Nullable List<String> users,
      @Nullable List<String> exempt,
      @Nullable Map<String, List<String>> attributes) {
    return new PolicyConfig(
        "p", users, exempt, attributes, null, null, List.of(COLUMN), null, null, null);
  }

  private static PolicyConfig databases(String name) {
    return new PolicyConfig(
        "p", null, null, null, null, List.of(name), List.of(COLUMN), null, null, null);
  }

  private void assertRefused(String config, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind(config, MaskConfig.class))
        .withMessageContaining(message);
  }
}
