package dev.postern.proxy.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * The numbers in {@code META-INF/versions/}, looked at before Java opens a jar: it keeps a bit for
 * each number up to the greatest, whether the jar says {@code Multi-Release} or not, so that a name
 * can take all memory.
 */
final class JarVersions {
  private static final int LARGEST = 99;
  private static final String FOLDER = "meta-inf/versions/";

  /** Begins the record of an entry in the central directory. */
  private static final byte[] SIGNATURE = {'P', 'K', 1, 2};

  /** From there to the entry's name. */
  private static final int TO_NAME = 46;

  private static final int DIGITS = 16;

  /** What is looked at of a record, in bytes. */
  private static final int RECORD = TO_NAME + FOLDER.length() + DIGITS;

  private static final int WINDOW = 1 << 16;

  private JarVersions() {}

  /**
   * Looks wherever a record may begin, not only where it should: there is no other way to find it
   * that Java could not find one more.
   *
   * @throws IOException if a number is too great, or the file cannot be read
   */
  static void check(Path jar) throws IOException {
    byte[] window = new byte[WINDOW + RECORD];
    try (InputStream file = Files.newInputStream(jar)) {
      int kept = 0;
      boolean last = false;
      while (!last) {
        int length = kept + file.readNBytes(window, kept, WINDOW - kept);
        last = length < WINDOW;
        if (last) {
          Arrays.fill(window, length, length + RECORD, (byte) 0);
        }
        int limit = last ? length : WINDOW - RECORD;
        checkNames(window, limit);
        kept = length - limit;
        System.arraycopy(window, limit, window, 0, kept);
      }
    }
  }

  /**
   * Of the records that begin before an index. Goes from one place where a signature can end to the
   * next, since this runs before anything is compiled, over all that is installed.
   */
  private static void checkNames(byte[] window, int limit) throws IOException {
    int at = 0;
    while (at < limit) {
      switch (window[at + 3]) {
        case 'P' -> at += 3;
        case 'K' -> at += 2;
        case 1 -> at += 1;
        case 2 -> {
          if (Arrays.equals(window, at, at + SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            checkName(
                new String(window, at + TO_NAME, RECORD - TO_NAME, StandardCharsets.ISO_8859_1));
          }
          at += 4;
        }
        default -> at += 4;
      }
    }
  }

  private static void checkName(String name) throws IOException {
    if (!name.toLowerCase(Locale.ROOT).startsWith(FOLDER)) {
      return;
    }
    int version = 0;
    int at = FOLDER.length();
    while (at < name.length() && isDigit(name.charAt(at)) && version <= LARGEST) {
      version = version * 10 + name.charAt(at++) - '0';
    }
    if (version > LARGEST || at == name.length()) {
      throw new IOException(
          "META-INF/versions/ has a number above " + LARGEST + ", and there is no such Java");
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
