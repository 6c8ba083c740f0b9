package dev.postern.proxy.session;

import dev.postern.api.Secret;
import dev.postern.api.message.CancelRequest;
import dev.postern.proxy.config.ClusterConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Cancel keys that say which node of a cluster gave them out, and requests that one node passes on
 * to another. Safe for use by many threads.
 *
 * <p>A key of protocol 3.0 has the node in its process id: bits 22 to 30; below them is what else
 * would be the process id. Its secret is random. A key of protocol 3.2 has it in its secret: the
 * node, random bytes, and an HMAC over these and the process id. What is passed on is the key as it
 * came with an HMAC behind it, by which the other node knows that it comes from a peer, and may not
 * go further. The kinds differ in their lengths.
 */
final class NodeKeys {
  /** Of a process id on Linux: PID_MAX_LIMIT is 2^22. */
  private static final int PROCESS_BITS = 22;

  /** All that a secret of protocol 3.0 has, in bytes. */
  private static final int SHORT = 4;

  private static final int NODE_LENGTH = 2;
  private static final int RANDOM_LENGTH = 30;
  private static final int MAC_LENGTH = 32;
  private static final int LONG = NODE_LENGTH + RANDOM_LENGTH + MAC_LENGTH;

  private static final String MAC = "HmacSHA256";

  /** What the same secret is used for must not be exchangeable. */
  private static final byte[] KEY_LABEL = label("postern cancel key");

  private static final byte[] PASSED_LABEL = label("postern cancel request passed on");

  private final int node;
  private final SecretKeySpec shared;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param node this one, 1..511
   * @param shared what all nodes know and nobody else
   */
  NodeKeys(int node, Secret shared) {
    this.node = node;
    byte[] content = shared.toByteArray();
    this.shared = new SecretKeySpec(content, MAC);
    Arrays.fill(content, (byte) 0);
  }

  private static byte[] label(String text) {
    return (text + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  int node() {
    return node;
  }

  /** Whether a cluster can have a node of this number. */
  static boolean isNode(int number) {
    return number >= 1 && number <= ClusterConfig.HIGHEST_NODE;
  }

  /** A process id for a key of protocol 3.0. */
  int processId(int given) {
    return (node << PROCESS_BITS) | (given & ((1 << PROCESS_BITS) - 1));
  }

  /** A secret of protocol 3.2 for a key with this process id. */
  Secret newLongSecret(int processId) {
    byte[] chance = new byte[RANDOM_LENGTH];
    random.nextBytes(chance);
    ByteBuffer secret = ByteBuffer.allocate(LONG);
    secret.putShort((short) node).put(chance);
    secret.put(mac(KEY_LABEL, processId, secret.array(), NODE_LENGTH + RANDOM_LENGTH));
    return Secret.copyOf(secret.array());
  }

  /**
   * Which node gave the key out, if any did.
   *
   * @return 0 or a node that does not exist, if the key is made up
   */
  int nodeOf(CancelRequest request) {
    byte[] secret = request.secretKey().toByteArray();
    return switch (secret.length) {
      case SHORT -> request.processId() >>> PROCESS_BITS;
      case LONG -> isGenuine(request) ? Short.toUnsignedInt(ByteBuffer.wrap(secret).getShort()) : 0;
      default -> 0;
    };
  }

  /** Whether a node of the cluster must have given the key out: only long ones show that. */
  boolean isGenuine(CancelRequest request) {
    byte[] secret = request.secretKey().toByteArray();
    int signed = NODE_LENGTH + RANDOM_LENGTH;
    return secret.length == LONG && ends(secret, signed, KEY_LABEL, request.processId());
  }

  /**
   * Which node a key names that no node with this secret gave out.
   *
   * @return 0 if it names none, or can only have been made up
   */
  int claimedNode(CancelRequest request) {
    byte[] secret = request.secretKey().toByteArray();
    return secret.length == LONG && !isGenuine(request)
        ? Short.toUnsignedInt(ByteBuffer.wrap(secret).getShort())
        : 0;
  }

  /** The form in which a request goes to a peer. */
  CancelRequest passedOn(CancelRequest request) {
    byte[] key = request.secretKey().toByteArray();
    ByteBuffer secret = ByteBuffer.allocate(key.length + MAC_LENGTH);
    secret.put(key).put(mac(PASSED_LABEL, request.processId(), key, key.length));
    return new CancelRequest(request.processId(), Secret.copyOf(secret.array()));
  }

  /** The request as a client sent it to a peer, or {@code null} if it comes from none. */
  @Nullable CancelRequest fromPeer(CancelRequest request) {
    byte[] secret = request.secretKey().toByteArray();
    int length = secret.length - MAC_LENGTH;
    if ((length != SHORT && length != LONG)
        || !ends(secret, length, PASSED_LABEL, request.processId())) {
      return null;
    }
    return new CancelRequest(request.processId(), Secret.copyOf(Arrays.copyOf(secret, length)));
  }

  /** Whether an HMAC over all before it is the end. */
  private boolean ends(byte[] secret, int signed, byte[] label, int processId) {
    byte[] end = Arrays.copyOfRange(secret, signed, signed + MAC_LENGTH);
    return MessageDigest.isEqual(end, mac(label, processId, secret, signed));
  }

  private byte[] mac(byte[] label, int processId, byte[] content, int length) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(shared);
      mac.update(label);
      mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(processId).flip());
      mac.update(content, 0, length);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
