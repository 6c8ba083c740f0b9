package dev.postern.api.auth.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.session.StartupParameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChainSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "ada, app, true",
    "ada, app_test, true",
    "ada, postgres, false",
    "svc-backup, app, false",
    "Bob, app, false"
  })
  void allThatIsWrittenHasToHold(String user, String database, boolean expected) {
    ChainSettings chain =
        new ChainSettings(List.of("a*", "svc-*"), List.of("svc-*"), List.of("app*"));
    assertThat(chain.isFor(login(user, database))).isEqualTo(expected);
  }

  @Test
  void whatIsNotWrittenHoldsForAll() {
    assertThat(new ChainSettings(null, null, null).isFor(login("ada", "app"))).isTrue();
    ChainSettings nobody = new ChainSettings(List.of(), null, null);
    assertThat(nobody.isFor(login("ada", "app"))).isFalse();
  }

  @Test
  void aClientThatNamesNoDatabaseAsksForTheOneOfItsName() {
    ChainSettings chain = new ChainSettings(null, null, List.of("ada"));
    assertThat(chain.isFor(new StartupParameters(Map.of("user", "ada")))).isTrue();
    assertThat(chain.isFor(login("ada", "app"))).isFalse();
  }

  private static StartupParameters login(String user, String database) {
    return new StartupParameters(Map.of("user", user, "database", database));
  }
}
