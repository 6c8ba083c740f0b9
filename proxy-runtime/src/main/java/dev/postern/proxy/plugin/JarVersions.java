package dev.postern.proxy.plugin;

import java.io.BufferedInputStream;
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

  /** Begins the record of an entry in the central directory; 42 bytes later its name begins. */
  private static final int SIGNATURE = 0x504b0102;

  private static final int TO_NAME = 42;
  private static final int DIGITS = 16;

  private JarVersions() {}

  /**
   * Looks wherever a record may begin, not only where it should: there is no other way to find it
   * that Java could not find one more.
   *
   * @throws IOException if a number is too great, or the file cannot be read
   */
  static void check(Path jar) throws IOException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(jar), 1 << 16)) {
      int last = 0;
      for (int next = file.read(); next >= 0; next = file.read()) {
        last = last << 8 | next;
        if (last == SIGNATURE) {
          file.mark(TO_NAME + FOLDER.length() + DIGITS);
          byte[] entry = file.readNBytes(TO_NAME + FOLDER.length() + DIGITS);
          file.reset();
          checkName(entry);
        }
      }
    }
  }

  private static void checkName(byte[] entry) throws IOException {
    if (entry.length <= TO_NAME) {
      return;
    }
    String name =
        new String(Arrays.copyOfRange(entry, TO_NAME, entry.length), StandardCharsets.ISO_8859_1);
    if (!name.toLowerCase(Locale.ROOT).startsWith(FOLDER)) {
      return;
    }
    int version = 0;
    for (int at = FOLDER.length(); at < name.length() && isDigit(name.charAt(at)); at++) {
      version = version * 10 + name.charAt(at) - '0';
      if (version > LARGEST) {
        throw new IOException(
            "META-INF/versions/ has a number above " + LARGEST + ", and there is no such Java");
      }
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
