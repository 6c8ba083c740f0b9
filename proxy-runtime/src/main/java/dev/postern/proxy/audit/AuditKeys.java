package dev.postern.proxy.audit;

import dev.postern.api.Bytes;
import dev.postern.proxy.config.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The keys with which the hashes of a log are checked, by their identifiers. One thread. */
public final class AuditKeys {
  private static final int ID_LENGTH = 16;

  private final Map<String, Mac> macs = new HashMap<>();
  private final MessageDigest digest;

  private AuditKeys() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Reads files of which each holds a key; a newline at the end does not belong to it.
   *
   * @throws IOException if one cannot be read, is empty or is open to others
   */
  public static AuditKeys read(List<Path> files) throws IOException {
    AuditKeys keys = new AuditKeys();
    for (Path file : files) {
      keys.add(file);
    }
    return keys;
  }

  private void add(Path file) throws IOException {
    byte[] content = PrivateFile.read(file);
    int length = content.length;
    if (length > 0 && content[length - 1] == '\n') {
      length -= length > 1 && content[length - 2] == '\r' ? 2 : 1;
    }
    if (length == 0) {
      throw new IOException(file + ": the file is empty");
    }
    byte[] key = Arrays.copyOf(content, length);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] id = mac.doFinal("postern audit key".getBytes(StandardCharsets.US_ASCII));
      macs.put(HexFormat.of().formatHex(id).substring(0, ID_LENGTH), mac);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA-256", e);
    } finally {
      Arrays.fill(key, (byte) 0);
      Arrays.fill(content, (byte) 0);
    }
  }

  boolean isEmpty() {
    return macs.isEmpty();
  }

  /**
   * Of some bytes; {@code null} if the key is not there.
   *
   * @param keyId empty: without a key
   */
  @Nullable String hash(String keyId, Bytes bytes) {
    if (keyId.isEmpty()) {
      digest.update(bytes.asReadOnlyBuffer());
      return HexFormat.of().formatHex(digest.digest());
    }
    Mac mac = macs.get(keyId);
    if (mac == null) {
      return null;
    }
    mac.update(bytes.asReadOnlyBuffer());
    return HexFormat.of().formatHex(mac.doFinal());
  }
}
