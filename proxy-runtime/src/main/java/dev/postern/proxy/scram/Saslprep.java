package dev.postern.proxy.scram;

import com.ongres.stringprep.Tables;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;

/**
 * Prepares passwords with SASLprep (RFC 4013) exactly as PostgreSQL's pg_saslprep does, which
 * differs from the RFC in three ways: a password that is refused is used as it is; what is
 * prohibited is looked for before the text is normalised, not after; and U+200B becomes a space
 * instead of nothing.
 */
final class Saslprep {
  private Saslprep() {}

  /**
   * Prepares a password.
   *
   * @param password in UTF-8, or in whatever encoding the user's client had
   * @return a new array that the caller wipes
   */
  static byte[] prepare(byte[] password) {
    if (isAscii(password)) {
      return password.clone();
    }
    CharBuffer decoded;
    try {
      decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(password));
    } catch (CharacterCodingException notUtf8) {
      return password.clone();
    }
    int[] mapped = map(decoded);
    Arrays.fill(decoded.array(), '\0');
    try {
      return mapped.length == 0 || isProhibited(mapped) ? password.clone() : normalised(mapped);
    } finally {
      Arrays.fill(mapped, 0);
    }
  }

  private static boolean isAscii(byte[] password) {
    for (byte b : password) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static int[] map(CharBuffer text) {
    int[] codePoints = new int[text.length()];
    int count = 0;
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = Character.codePointAt(text, i);
      if (Tables.prohibitionNonAsciiSpace(codePoint)) {
        codePoints[count++] = ' ';
      } else if (!Tables.mapToNothing(codePoint)) {
        codePoints[count++] = codePoint;
      }
    }
    int[] mapped = Arrays.copyOf(codePoints, count);
    Arrays.fill(codePoints, 0);
    return mapped;
  }

  private static boolean isProhibited(int[] text) {
    boolean rightToLeft = false;
    boolean leftToRight = false;
    for (int codePoint : text) {
      if (isProhibited(codePoint)) {
        return true;
      }
      rightToLeft |= Tables.bidirectionalPropertyRorAL(codePoint);
      leftToRight |= Tables.bidirectionalPropertyL(codePoint);
    }
    return rightToLeft
        && (leftToRight
            || !Tables.bidirectionalPropertyRorAL(text[0])
            || !Tables.bidirectionalPropertyRorAL(text[text.length - 1]));
  }

  private static boolean isProhibited(int codePoint) {
    return Tables.prohibitionNonAsciiSpace(codePoint)
        || Tables.prohibitionAsciiControl(codePoint)
        || Tables.prohibitionNonAsciiControl(codePoint)
        || Tables.prohibitionPrivateUse(codePoint)
        || Tables.prohibitionNonCharacterCodePoints(codePoint)
        || Tables.prohibitionSurrogateCodes(codePoint)
        || Tables.prohibitionInappropriatePlainText(codePoint)
        || Tables.prohibitionInappropriateCanonicalRepresentation(codePoint)
        || Tables.prohibitionChangeDisplayProperties(codePoint)
        || Tables.prohibitionTaggingCharacters(codePoint)
        || Tables.unassignedCodePoints(codePoint);
  }

  private static byte[] normalised(int[] text) {
    // The normaliser of the platform works on strings, which cannot be wiped.
    String normalised =
        Normalizer.normalize(new String(text, 0, text.length), Normalizer.Form.NFKC);
    return normalised.getBytes(StandardCharsets.UTF_8);
  }
}
