package dev.postern.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class NodeKeysTest {
  private static final int LARGEST_PROCESS_ID = (1 << 22) - 1;

  private final NodeKeys first = new NodeKeys(1, secret("what all nodes know"));
  private final NodeKeys last = new NodeKeys(511, secret("what all nodes know"));
  private final NodeKeys stranger = new NodeKeys(1, secret("what somebody else knows"));

  @Test
  void everyNodeSeesWhoGaveAShortKeyOut() {
    assertThat(first.nodeOf(shortKey(last))).isEqualTo(511);
    assertThat(last.nodeOf(shortKey(first))).isEqualTo(1);
  }

  @Test
  void everyNodeSeesWhoGaveALongKeyOut() {
    assertThat(first.nodeOf(longKey(last))).isEqualTo(511);
    assertThat(last.nodeOf(longKey(first))).isEqualTo(1);
  }

  @Test
  void theProcessIdOfAShortKeyIsPositiveAndKeepsTheServers() {
    assertThat(last.processId(LARGEST_PROCESS_ID)).isPositive();
    assertThat(last.processId(4711) & LARGEST_PROCESS_ID).isEqualTo(4711);
  }

  @Test
  void aLongKeyIsNoOneElsesToMake() {
    assertThat(first.isGenuine(longKey(last))).isTrue();
    assertThat(first.isGenuine(longKey(stranger))).isFalse();
    assertThat(first.nodeOf(longKey(stranger))).isZero();
  }

  @Test
  void aLongKeyBelongsToItsProcessId() {
    CancelRequest request = longKey(last);
    assertThat(first.isGenuine(new CancelRequest(request.processId() + 1, request.secretKey())))
        .isFalse();
  }

  @Test
  void aShortKeyIsNeverGenuine() {
    assertThat(first.isGenuine(shortKey(first))).isFalse();
  }

  @Test
  void aPeerGetsTheRequestAsItCame() {
    for (CancelRequest request : Arrays.asList(shortKey(last), longKey(last))) {
      assertThat(last.fromPeer(first.passedOn(request))).isEqualTo(request);
    }
  }

  @Test
  void onlyAPeerPassesRequestsOn() {
    assertThat(last.fromPeer(stranger.passedOn(shortKey(last)))).isNull();
    assertThat(last.fromPeer(shortKey(last))).isNull();
    assertThat(last.fromPeer(longKey(last))).isNull();
  }

  @Test
  void whatWasPassedOnBelongsToItsProcessId() {
    CancelRequest passedOn = first.passedOn(shortKey(last));
    assertThat(last.fromPeer(new CancelRequest(passedOn.processId() + 1, passedOn.secretKey())))
        .isNull();
  }

  @Test
  void whatWasPassedOnCannotBePassedOnAgain() {
    CancelRequest once = first.passedOn(shortKey(last));
    assertThat(first.nodeOf(once)).isZero();
    assertThat(last.fromPeer(first.passedOn(once))).isNull();
  }

  @Test
  void secretsOfOtherLengthsAreNobodys() {
    for (int length = 5; length <= 256; length++) {
      CancelRequest request = new CancelRequest(1 << 22, Secret.copyOf(new byte[length]));
      assertThat(first.nodeOf(request)).isZero();
      assertThat(first.fromPeer(request)).isNull();
    }
  }

  @Test
  void keysAreOfTheNodeWhereThereIsOne() {
    CancelKeys keys = new CancelKeys(first);
    BackendKeyData threeZero = keys.newKey(4711, ProtocolVersion.V3_0);
    BackendKeyData threeTwo = keys.newKey(4711, ProtocolVersion.V3_2);
    assertThat(threeZero.processId()).isEqualTo((1 << 22) + 4711);
    assertThat(threeZero.secretKey().toByteArray()).hasSize(4);
    assertThat(threeTwo.processId()).isEqualTo(4711);
    assertThat(last.nodeOf(new CancelRequest(4711, threeTwo.secretKey()))).isEqualTo(1);
  }

  @Test
  void keysOfAnOnlyNodeHaveTheServersProcessId() {
    CancelKeys keys = new CancelKeys(null);
    assertThat(keys.newKey(4711, ProtocolVersion.V3_0).processId()).isEqualTo(4711);
    assertThat(keys.newKey(4711, ProtocolVersion.V3_2).secretKey().toByteArray()).hasSize(32);
  }

  private static CancelRequest shortKey(NodeKeys node) {
    return new CancelRequest(node.processId(4711), Secret.copyOf(new byte[] {1, 2, 3, 4}));
  }

  private static CancelRequest longKey(NodeKeys node) {
    return new CancelRequest(4711, node.newLongSecret(4711));
  }

  private static Secret secret(String text) {
    return Secret.copyOf(text.getBytes(StandardCharsets.US_ASCII));
  }
}
