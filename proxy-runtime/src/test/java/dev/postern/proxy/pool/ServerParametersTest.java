package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ServerParametersTest {
  private static final ServerParameters BASE =
      ServerParameters.NONE
          .with("server_version", "17.2")
          .with("application_name", "")
          .with("DateStyle", "ISO, MDY")
          .with("TimeZone", "UTC");

  @Test
  void saysNothingWhereNothingDiffers() {
    assertThat(BASE.changesTo(BASE, BASE)).isNull();
    assertThat(BASE.changesTo(BASE.with("TimeZone", "UTC"), BASE)).isNull();
  }

  @Test
  void setsWhatDiffersAndNothingElse() {
    assertThat(BASE.changesTo(BASE.with("TimeZone", "Europe/Berlin"), BASE))
        .isEqualTo("SET \"TimeZone\" TO 'Europe/Berlin'");
  }

  @Test
  void neverSetsWhatNoClientCanSet() {
    assertThat(BASE.changesTo(BASE.with("server_version", "16.1").with("is_superuser", "on"), BASE))
        .isNull();
  }

  @Test
  void quotesWhatAClientChose() {
    ServerParameters odd = BASE.with("application_name", "it's \\ \"odd\"; DROP TABLE t");
    assertThat(BASE.changesTo(odd, BASE))
        .isEqualTo("SET \"application_name\" TO  E'it''s \\\\ \"odd\"; DROP TABLE t'");
    assertThat(BASE.settings(Map.of("a\"b", "x"))).isEqualTo("SET \"a\"\"b\" TO 'x'");
  }

  @Test
  void writesWhatIsNotAsciiSoThatItIsReadInEveryEncoding() {
    ServerParameters odd = BASE.with("search_path", "sch\u00e9ma, '\ud83d\ude00'");
    assertThat(BASE.with("search_path", "public").changesTo(odd, BASE))
        .isEqualTo(
            "SELECT pg_catalog.set_config('search_path', E'sch\\U000000e9ma, ''\\U0001f600''',false)");
  }

  @Test
  void writesBytesToAServerThatConvertsNone() {
    ServerParameters ascii = BASE.with("server_encoding", "SQL_ASCII");
    assertThat(ascii.settings(Map.of("application_name", "\u00e9")))
        .isEqualTo("SET \"application_name\" TO '\u00e9'");
  }

  /** The client logged in when the server had another version. */
  @Test
  void returnsWhatAClientWasNotToldToWhatTheConnectionWasOpenedWith() {
    ServerParameters opened = BASE.with("search_path", "public");
    ServerParameters now = opened.with("search_path", "other").with("TimeZone", "CET");
    assertThat(now.changesTo(BASE, opened))
        .isEqualTo(
            "SET \"TimeZone\" TO 'UTC';SELECT pg_catalog.set_config('search_path','public',false)");
  }

  @Test
  void setsASearchPathAsOneLiteral() {
    ServerParameters path = BASE.with("search_path", "a;drop");
    assertThat(BASE.with("search_path", "public").changesTo(path, BASE))
        .isEqualTo("SELECT pg_catalog.set_config('search_path','a;drop',false)");
  }

  /** The client logged in when the server was a newer one. */
  @Test
  void setsNothingThatTheServerDoesNotReport() {
    ServerParameters newer = BASE.with("scram_iterations", "4096").with("TimeZone", "CET");
    assertThat(BASE.changesTo(newer, BASE)).isEqualTo("SET \"TimeZone\" TO 'CET'");
    assertThat(BASE.missing(newer, newer, newer)).isNull();
    assertThat(BASE.missing(newer, BASE, newer)).isNull();
    assertThat(BASE.missing(newer.with("scram_iterations", "9999"), newer, newer))
        .isEqualTo("scram_iterations");
  }

  @Test
  void saysWhatNoClientCanSetAndIsAnotherThanItWasTold() {
    ServerParameters now = BASE.with("server_version", "18.1").with("in_hot_standby", "off");
    assertThat(now.readOnlyOtherThan(BASE)).isEqualTo(Map.of("server_version", "18.1"));
    assertThat(now.readOnlyOtherThan(now)).isEmpty();
  }

  @Test
  void settingsKeepTheClientsOrder() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("client_encoding", "UTF8");
    settings.put("DateStyle", "ISO");
    assertThat(BASE.settings(settings))
        .isEqualTo("SET \"client_encoding\" TO 'UTF8';SET \"DateStyle\" TO 'ISO'");
  }

  @Test
  void isTheSameWhereTheValuesAre() {
    ServerParameters other = BASE.with("TimeZone", "CET").with("TimeZone", "UTC");
    assertThat(other).isEqualTo(BASE).hasSameHashCodeAs(BASE);
  }
}
