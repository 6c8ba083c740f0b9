package dev.postern.proxy.user;

import dev.postern.api.Secret;
import dev.postern.proxy.user.StoreException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the passwords of backend mappings with AES-256-GCM (NIST SP 800-38D). The key lies in a
 * file of its own, so that a copy of the store alone gives no password away. A sealed password
 * counts for its own user, route and role only.
 */
final class BackendPasswordCipher {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** In base64, with room for blanks. */
  private static final int LARGEST_KEY_FILE = 1024;

  /** The first byte of what is sealed, so that another way of sealing can follow this one. */
  private static final byte FORMAT = 1;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final SecureRandom random = new SecureRandom();
  private final Path keyFile;

  BackendPasswordCipher(Path keyFile) {
    this.keyFile = keyFile;
  }

  /** Makes the key file; it has its final name only when it is whole. */
  void createKey() {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    try {
      Path directory = Files.createDirectories(keyFile.toAbsolutePath().getParent());
      Path whole =
          Files.createTempFile(
              directory, ".key", null, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      Files.writeString(
          whole, Base64.getEncoder().encodeToString(key) + "\n", StandardOpenOption.DSYNC);
      Files.move(whole, keyFile, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StoreException(
          Reason.FAILED, "the key file of the backend passwords cannot be made: " + e, e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  boolean hasKey() {
    return Files.exists(keyFile);
  }

  /** Reads the key, and forgets it. */
  void check() {
    Arrays.fill(readKey(), (byte) 0);
  }

  byte[] seal(String user, String route, String role, Secret password) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] plain = password.toByteArray();
    try {
      byte[] sealed = new byte[1 + NONCE_BYTES + plain.length + TAG_BITS / Byte.SIZE];
      sealed[0] = FORMAT;
      System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
      cipher(Cipher.ENCRYPT_MODE, nonce, user, route, role)
          .doFinal(plain, 0, plain.length, sealed, 1 + NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new StoreException(
          Reason.FAILED, "the backend password of " + user + " cannot be sealed: " + e, e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  Secret open(String user, String route, String role, byte[] sealed) {
    if (sealed.length < 1 + NONCE_BYTES || sealed[0] != FORMAT) {
      throw new StoreException(
          Reason.FAILED,
          "the backend password of " + user + " was sealed in a way that is not known");
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
    byte[] plain = {};
    try {
      plain =
          cipher(Cipher.DECRYPT_MODE, nonce, user, route, role)
              .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
      return Secret.copyOf(plain);
    } catch (AEADBadTagException e) {
      throw new StoreException(
          Reason.FAILED,
          "the backend password of %s cannot be opened: it was sealed with another key than that in %s, or moved"
              .formatted(user, keyFile),
          e);
    } catch (GeneralSecurityException e) {
      throw new StoreException(
          Reason.FAILED, "the backend password of " + user + " cannot be opened: " + e, e);
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String user, String route, String role)
      throws GeneralSecurityException {
    byte[] key = readKey();
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
      // No name holds a zero.
      cipher.updateAAD(String.join("\0", user, route, role).getBytes(StandardCharsets.UTF_8));
      return cipher;
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private byte[] readKey() {
    try {
      if (Files.exists(keyFile) && !Files.isRegularFile(keyFile)) {
        throw new StoreException(
            Reason.FAILED, "the key file %s is no regular file".formatted(keyFile));
      }
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(keyFile);
      if (!OWNER_ONLY.containsAll(permissions)) {
        throw new StoreException(
            Reason.FAILED,
            "the key file %s is open to others: %s (expected: %s)"
                .formatted(
                    keyFile,
                    PosixFilePermissions.toString(permissions),
                    PosixFilePermissions.toString(OWNER_ONLY)));
      }
      byte[] key = Base64.getDecoder().decode(text().strip());
      if (key.length != KEY_BYTES) {
        throw new IllegalArgumentException("length");
      }
      return key;
    } catch (NoSuchFileException e) {
      throw new StoreException(
          Reason.FAILED, "the key file of the backend passwords is missing: " + keyFile, e);
    } catch (IOException e) {
      throw new StoreException(
          Reason.FAILED, "the key file of the backend passwords cannot be read: " + e, e);
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          Reason.FAILED,
          "the key file %s holds no key (expected: 32 bytes in base64)".formatted(keyFile));
    }
  }

  private String text() throws IOException {
    try (InputStream in = Files.newInputStream(keyFile)) {
      byte[] content = in.readNBytes(LARGEST_KEY_FILE + 1);
      if (content.length > LARGEST_KEY_FILE) {
        throw new IllegalArgumentException("length");
      }
      return new String(content, StandardCharsets.US_ASCII);
    }
  }
}
