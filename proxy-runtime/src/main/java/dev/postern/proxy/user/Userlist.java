package dev.postern.proxy.user;

import dev.postern.api.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * PgBouncer's {@code userlist.txt}: on each line a name and a secret in double quotes, a quote
 * within them doubled, and whatever follows ignored. Empty lines, and those that begin with {@code
 * ;} or {@code #}, are skipped.
 */
public final class Userlist {
  /** The greatest size that is read, in bytes. */
  private static final int MAX_BYTES = 16 << 20;

  private final char[] text;
  private int position;
  private int line = 1;

  private Userlist(char[] text) {
    this.text = text;
  }

  /**
   * Reads all of them.
   *
   * @param in read to its end; not closed
   * @throws StoreException {@code INVALID} with the number of the first line that is none
   */
  public static List<ForeignUser> read(InputStream in) throws IOException {
    byte[] content = in.readNBytes(MAX_BYTES + 1);
    if (content.length > MAX_BYTES) {
      throw StoreException.invalid("userlist: more than " + MAX_BYTES + " bytes");
    }
    char[] text = {};
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content));
      text = new char[decoded.remaining()];
      decoded.get(text);
      Arrays.fill(decoded.array(), '\0');
      return new Userlist(text).users();
    } catch (CharacterCodingException e) {
      throw StoreException.invalid("userlist: not in UTF-8");
    } finally {
      Arrays.fill(content, (byte) 0);
      Arrays.fill(text, '\0');
    }
  }

  private List<ForeignUser> users() {
    List<ForeignUser> users = new ArrayList<>();
    while (position < text.length) {
      skipBlanks();
      if (position < text.length && text[position] == '"') {
        String name = new String(quoted());
        skipBlanks();
        char[] secret = quoted();
        users.add(new ForeignUser(name, Secret.ofPassword(secret), null));
        Arrays.fill(secret, '\0');
      } else if (position < text.length && ";#\n".indexOf(text[position]) < 0) {
        throw unexpected();
      }
      skipLine();
    }
    return users;
  }

  private void skipBlanks() {
    while (position < text.length && " \t\r".indexOf(text[position]) >= 0) {
      position++;
    }
  }

  private void skipLine() {
    while (position < text.length && text[position] != '\n') {
      position++;
    }
    position++;
    line++;
  }

  /** What stands between quotes; the caller wipes it. */
  private char[] quoted() {
    if (position == text.length || text[position] != '"') {
      throw unexpected();
    }
    int length = 0;
    char[] content = new char[lengthUntilLineEnd()];
    for (position++; position < text.length && text[position] != '\n'; position++) {
      if (text[position] == '"') {
        position++;
        if (position == text.length || text[position] != '"') {
          char[] whole = Arrays.copyOf(content, length);
          Arrays.fill(content, '\0');
          return whole;
        }
      }
      content[length++] = text[position];
    }
    Arrays.fill(content, '\0');
    throw unexpected();
  }

  private int lengthUntilLineEnd() {
    int end = position;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end - position;
  }

  private StoreException unexpected() {
    return StoreException.invalid(
        "userlist, line %d: expected \"name\" \"secret\"".formatted(line));
  }

  /** One line, without its end. */
  public static String format(String name, String secret) {
    return "\"%s\" \"%s\"".formatted(name.replace("\"", "\"\""), secret.replace("\"", "\"\""));
  }
}
