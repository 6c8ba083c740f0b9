package dev.postern.it;

import static dev.postern.it.MaskedPeople.MASKED;

import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** The gateways before {@link MaskedPeople} of a class that is run for both poolings. */
final class MaskGateways {
  private final Map<String, RunningPostern> gateways = new HashMap<>();

  /**
   * Starts them, unless they run; the tables are there then.
   *
   * @param before adds the interceptors that stand before {@code mask}
   */
  void start(Consumer<PosternBuilder> before) throws IOException {
    for (String mode : List.of("session", "transaction")) {
      if (!gateways.containsKey(mode)) {
        gateways.put(mode, MaskedPeople.gateway(mode, Map.of(), before));
      }
    }
  }

  boolean areStarted() {
    return !gateways.isEmpty();
  }

  /** A client that sees masked values; the caller closes it. */
  WireClient client(String mode) {
    WireClient client = WireClient.connect(Objects.requireNonNull(gateways.get(mode)).address());
    client.login(MASKED, Gateways.PASSWORD, "postgres");
    return client;
  }

  void stop() {
    gateways.values().forEach(RunningPostern::close);
    gateways.clear();
  }
}
