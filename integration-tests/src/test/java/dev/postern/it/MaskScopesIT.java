package dev.postern.it;

import static dev.postern.it.MaskedPeople.MASKED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For which sessions a policy of {@code mask} is, and for which statements. */
final class MaskScopesIT {
  private static final String ASKED = "SELECT ssn FROM mask_it.people WHERE id = 1";
  private static final String PLAIN = "123-45-6789";
  private static final String COVERED = "*******6789";

  @BeforeAll
  static void createTables() {
    MaskedPeople.create();
  }

  /** The route of these gateways is called {@code everything}. */
  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void aPolicyOfARouteIsForSessionsOnThatRouteOnly(String mode) throws Exception {
    try (RunningPostern onIt = gateway(mode, "routes", List.of("elsewhere", "every*"));
        RunningPostern notOnIt = gateway(mode, "routes", List.of("elsewhere"));
        WireClient client = client(onIt);
        WireClient other = client(notOnIt)) {
      assertThat(client.queryOne(ASKED)).isEqualTo(COVERED);
      assertThat(other.queryOne(ASKED)).isEqualTo(PLAIN);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void copyTakesValuesAlongAsTheyAreWhereAPolicyLetsItAndSelectDoesNot(String mode)
      throws Exception {
    String copy = "COPY mask_it.people (ssn) TO STDOUT";
    try (RunningPostern passing = gateway(mode, "copy-to", "pass");
        RunningPostern refusing = gateway(mode, "copy-to", "refuse");
        WireClient client = client(passing);
        WireClient refused = client(refusing)) {
      List<WireMessage> answer = client.query(copy);

      assertThat(WireMessage.types(answer)).isEqualTo("HddcCZ");
      assertThat(answer.get(1).body().toUtf8()).isEqualTo(PLAIN + "\n");
      assertThat(client.queryOne(ASKED)).isEqualTo(COVERED);
      assertThat(WireMessage.types(refused.query(copy))).isEqualTo("EZ");
    }
  }

  private static RunningPostern gateway(String mode, String key, Object value) throws Exception {
    return MaskedPeople.gateway(mode, Map.of(key, value));
  }

  private static WireClient client(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(MASKED, Gateways.PASSWORD, "postgres");
    return client;
  }
}
