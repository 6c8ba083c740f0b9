package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.testkit.WireClient;
import java.nio.charset.StandardCharsets;

/** How connections end that never became sessions. */
final class Startups {
  private Startups() {}

  /** The connection ends, after nothing or one FATAL ErrorResponse. */
  static void expectRefused(WireClient client) {
    Bytes rest = client.readToEnd();
    if (rest.length() == 0) {
      return;
    }
    String text = new String(rest.toByteArray(), StandardCharsets.UTF_8);
    assertThat(rest.at(0)).as("the first byte of %s", text).isEqualTo((byte) 'E');
    assertThat(text).contains("FATAL");
    assertThat(1 + rest.asReadOnlyBuffer().getInt(1))
        .as("the length of one ErrorResponse")
        .isEqualTo(rest.length());
  }

  /** The connection ends without an authentication request; what else comes does not matter. */
  static void expectNoAuthenticationRequest(WireClient client) {
    byte[] rest = client.readToEnd().toByteArray();
    int first = rest.length > 0 && (rest[0] == 'S' || rest[0] == 'N') ? 1 : 0;
    assertThat(rest.length > first ? (char) rest[first] : 'E').isNotEqualTo('R');
  }
}
