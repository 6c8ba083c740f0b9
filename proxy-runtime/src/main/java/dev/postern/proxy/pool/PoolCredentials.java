package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramKeys;
import dev.postern.proxy.backend.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** What a pool keeps of the credentials that a login brought, and how they are told apart. */
final class PoolCredentials {
  private static final String HMAC = "HmacSHA256";
  private static final SecretKeySpec KEY = new SecretKeySpec(newKey(), HMAC);

  private PoolCredentials() {}

  private static byte[] newKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /** Of credentials that are the same, the same; it tells nothing about them. */
  static Bytes digest(Credentials credentials) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(KEY);
      add(mac, credentials.role().getBytes(StandardCharsets.UTF_8));
      ScramKeys keys = credentials.clientKey();
      add(mac, keys == null ? null : keys.verifier().toString().getBytes(StandardCharsets.UTF_8));
      add(mac, keys == null ? null : keys.clientKey());
      add(mac, credentials.password());
      mac.update((byte) (credentials.cleartextWithoutTls() ? 1 : 0));
      return Bytes.wrap(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(Mac mac, @Nullable Secret secret) {
    byte[] content = secret == null ? null : secret.toByteArray();
    add(mac, content);
    if (content != null) {
      Arrays.fill(content, (byte) 0);
    }
  }

  private static void add(Mac mac, byte @Nullable [] part) {
    int length = part == null ? -1 : part.length;
    for (int shift = 24; shift >= 0; shift -= 8) {
      mac.update((byte) (length >>> shift));
    }
    if (part != null) {
      mac.update(part);
    }
  }

  /** A copy that {@link #close} ends. */
  static Credentials copy(Credentials credentials) {
    ScramKeys keys = credentials.clientKey();
    return new Credentials(
        credentials.role(),
        keys == null ? null : new ScramKeys(keys.verifier(), copy(keys.clientKey())),
        credentials.password() == null ? null : copy(credentials.password()),
        credentials.cleartextWithoutTls());
  }

  private static Secret copy(Secret secret) {
    byte[] content = secret.toByteArray();
    Secret copy = Secret.copyOf(content);
    Arrays.fill(content, (byte) 0);
    return copy;
  }

  static void close(Credentials copy) {
    if (copy.clientKey() != null) {
      copy.clientKey().close();
    }
    if (copy.password() != null) {
      copy.password().close();
    }
  }
}
