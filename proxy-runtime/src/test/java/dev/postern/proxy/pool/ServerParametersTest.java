package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServerParametersTest {
  private static final ServerParameters BASE =
      ServerParameters.NONE
          .with("server_version", "17.2")
          .with("DateStyle", "ISO, MDY")
          .with("TimeZone", "UTC");

  @Test
  void saysNothingWhereNothingDiffers() {
    assertThat(BASE.changesTo(BASE)).isNull();
    assertThat(BASE.changesTo(BASE.with("TimeZone", "UTC"))).isNull();
  }

  @Test
  void setsWhatDiffersAndNothingElse() {
    assertThat(BASE.changesTo(BASE.with("TimeZone", "Europe/Berlin")))
        .isEqualTo("SET \"TimeZone\" TO 'Europe/Berlin'");
  }

  @Test
  void neverSetsWhatNoClientCanSet() {
    assertThat(BASE.changesTo(BASE.with("server_version", "16.1").with("is_superuser", "on")))
        .isNull();
  }

  @Test
  void quotesWhatAClientChose() {
    ServerParameters odd = BASE.with("application_name", "it's \\ \"odd\"; DROP TABLE t");
    assertThat(BASE.changesTo(odd))
        .isEqualTo("SET \"application_name\" TO  E'it''s \\\\ \"odd\"; DROP TABLE t'");
    assertThat(ServerParameters.settings(Map.of("a\"b", "x"))).isEqualTo("SET \"a\"\"b\" TO 'x'");
  }

  @Test
  void setsASearchPathAsOneLiteral() {
    ServerParameters path = BASE.with("search_path", "a;drop");
    assertThat(BASE.changesTo(path))
        .isEqualTo("SELECT pg_catalog.set_config('search_path','a;drop',false)");
  }

  @Test
  void settingsKeepTheClientsOrder() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("client_encoding", "UTF8");
    settings.put("DateStyle", "ISO");
    assertThat(ServerParameters.settings(settings))
        .isEqualTo("SET \"client_encoding\" TO 'UTF8';SET \"DateStyle\" TO 'ISO'");
  }

  @Test
  void isTheSameWhereTheValuesAre() {
    ServerParameters other = BASE.with("TimeZone", "CET").with("TimeZone", "UTC");
    assertThat(other).isEqualTo(BASE).hasSameHashCodeAs(BASE);
  }
}
