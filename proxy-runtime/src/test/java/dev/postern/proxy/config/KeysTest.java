package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeysTest {
  private static final List<String> KNOWN = List.of("certificate", "key", "min-version", "host");

  @ParameterizedTest
  @CsvSource({
    "maxRows, max-rows",
    "MAX_ROWS, max-rows",
    "max-rows, max-rows",
    "clientCA, client-ca",
    "bTwo, b-two",
    "port, port"
  })
  void writesNamesInKebabCase(String name, String kebab) {
    assertThat(Keys.kebab(name)).isEqualTo(kebab);
  }

  @ParameterizedTest
  @CsvSource({
    "certficate, certificate",
    "cert-ificate, certificate",
    "kye, key",
    "minVersion, min-version",
    "min_version, min-version",
    "hosts, host"
  })
  void findsWhatWasMeant(String typed, String meant) {
    assertThat(Keys.nearest(typed, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"password", "port", "x", "certificates-of-clients"})
  void doesNotGuessWhatIsFar(String typed) {
    assertThat(Keys.nearest(typed, KNOWN)).isEmpty();
  }

  @Test
  void countsASwapOfNeighboursOnce() {
    assertThat(Keys.distance("kye", "key")).isEqualTo(1);
    assertThat(Keys.distance("", "abc")).isEqualTo(3);
    assertThat(Keys.distance("abc", "abc")).isZero();
  }
}
