package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.message.ProtocolVersion;
import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CancelKeysTest {
  private static final int SESSIONS = 1000;

  /** By protocol and node, the bytes of a secret that nobody can know. */
  @ParameterizedTest
  @CsvSource({"0, 0, 0, 4", "2, 0, 0, 32", "0, 7, 0, 4", "2, 7, 2, 64"})
  void secretsOfAThousandSessionsShareNoPattern(int minor, int node, int from, int to) {
    NodeKeys nodeKeys = node == 0 ? null : new NodeKeys(node, Secret.copyOf(new byte[32]));
    CancelKeys keys = new CancelKeys(nodeKeys);
    ProtocolVersion version = minor == 0 ? ProtocolVersion.V3_0 : ProtocolVersion.V3_2;
    int[] set = new int[to * Byte.SIZE];
    for (int i = 0; i < SESSIONS; i++) {
      byte[] secret = keys.newKey(4711, version).secretKey().toByteArray();
      assertThat(secret).hasSize(to);
      BitSet.valueOf(secret).stream().forEach(bit -> set[bit]++);
    }
    for (int bit = from * Byte.SIZE; bit < set.length; bit++) {
      // Ten standard deviations.
      assertThat(set[bit]).as("sessions with bit %d", bit).isBetween(342, 658);
    }
  }
}
