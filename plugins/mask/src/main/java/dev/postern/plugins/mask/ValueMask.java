package dev.postern.plugins.mask;

import dev.postern.api.Bytes;
import dev.postern.api.message.Format;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Puts something in a value's place. Safe for use by many threads. */
sealed interface ValueMask {
  /**
   * What takes the value's place; {@code null} is NULL.
   *
   * @param format of the value, and of what takes its place
   */
  @Nullable Bytes apply(Bytes value, Format format);

  /** NULL. */
  record Nulled() implements ValueMask {
    @Override
    public @Nullable Bytes apply(Bytes value, Format format) {
      return null;
    }
  }

  /** The same for all; NULL in a format that the type does not have. */
  record Fixed(Bytes text, @Nullable Bytes binary) implements ValueMask {
    @Override
    public @Nullable Bytes apply(Bytes value, Format format) {
      return format.equals(Format.TEXT) ? text : binary;
    }
  }

  /** Of a text, characters in the middle become another. */
  record Partial(int keepFirst, int keepLast, byte character) implements ValueMask {
    @Override
    public Bytes apply(Bytes value, Format format) {
      if (isAscii(value)) {
        byte[] bytes = value.toByteArray();
        boolean longEnough = (long) keepFirst + keepLast < bytes.length;
        int end = longEnough ? bytes.length - keepLast : bytes.length;
        Arrays.fill(bytes, longEnough ? keepFirst : 0, end, character);
        return Bytes.wrap(bytes);
      }
      int[] codePoints = codePoints(value);
      if (codePoints == null) {
        // In another client_encoding: no character can be told from another.
        byte[] hidden = new byte[value.length()];
        Arrays.fill(hidden, character);
        return Bytes.wrap(hidden);
      }
      boolean longEnough = (long) keepFirst + keepLast < codePoints.length;
      int end = longEnough ? codePoints.length - keepLast : codePoints.length;
      Arrays.fill(codePoints, longEnough ? keepFirst : 0, end, character);
      return Bytes.utf8(new String(codePoints, 0, codePoints.length));
    }
  }

  /** Of a text, the first characters. */
  record Truncated(int keepFirst) implements ValueMask {
    @Override
    public Bytes apply(Bytes value, Format format) {
      if (isAscii(value)) {
        return value.slice(0, Math.min(keepFirst, value.length()));
      }
      int[] codePoints = codePoints(value);
      return codePoints == null
          ? Bytes.EMPTY
          : Bytes.utf8(new String(codePoints, 0, Math.min(keepFirst, codePoints.length)));
    }
  }

  /** HMAC-SHA-256 of a text's bytes, in hexadecimal digits (RFC 2104). */
  final class Hashed implements ValueMask {
    private final SecretKeySpec key;

    Hashed(byte[] key) {
      this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    @Override
    public Bytes apply(Bytes value, Format format) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        mac.update(value.asReadOnlyBuffer());
        return Bytes.utf8(HexFormat.of().formatHex(mac.doFinal()));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no HmacSHA256", e);
      }
    }

    @Override
    public String toString() {
      return "Hashed[hidden]";
    }
  }

  private static boolean isAscii(Bytes value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.at(i) < 0) {
        return false;
      }
    }
    return true;
  }

  /** The characters of a text; {@code null} if it is not UTF-8. */
  private static int @Nullable [] codePoints(Bytes value) {
    ByteBuffer bytes = value.asReadOnlyBuffer();
    try {
      CharBuffer characters = StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return characters.codePoints().toArray();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
