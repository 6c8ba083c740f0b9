package dev.postern.api.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StartupMessageTest {

  @Test
  void tellsOptionsOfTheProtocolFromParametersOfTheSession() {
    StartupMessage message =
        new StartupMessage(ProtocolVersion.V3_2, Map.of("user", "ann", "_pq_.x", "1", "_pq_", "2"));

    assertThat(message.protocolOptions()).isEqualTo(Map.of("_pq_.x", "1"));
    assertThat(message.sessionParameters()).isEqualTo(Map.of("user", "ann", "_pq_", "2"));
  }

  @Test
  void keepsTheOrderOfTheClient() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", "ann");
    parameters.put("database", "x");
    parameters.put("application_name", "y");

    assertThat(new StartupMessage(ProtocolVersion.V3_0, parameters).sessionParameters().keySet())
        .containsExactly("user", "database", "application_name");
  }

  @Test
  void doesNotChangeWithTheMapItWasMadeOf() {
    Map<String, String> parameters = new LinkedHashMap<>(Map.of("user", "ann"));
    StartupMessage message = new StartupMessage(ProtocolVersion.V3_0, parameters);

    parameters.put("user", "bob");

    assertThat(message.parameters()).isEqualTo(Map.of("user", "ann"));
  }
}
