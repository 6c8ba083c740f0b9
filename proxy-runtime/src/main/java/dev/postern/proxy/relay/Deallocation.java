package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Statement;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** SQL's DEALLOCATE of one statement. */
final class Deallocation {
  private static final byte[] DEALLOCATE = "DEALLOCATE ".getBytes(StandardCharsets.US_ASCII);

  private static final Pattern OF_ONE =
      Pattern.compile(
          "\\s*DEALLOCATE\\s+(?:PREPARE\\s+)?(?:\"([^\"]+)\"|([a-z_][a-z0-9_$]*))\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  /**
   * A request that deallocates it.
   *
   * @param statement what else there is to know of the request
   */
  record Of(Named named, @Nullable Object statement) {}

  private Deallocation() {}

  /**
   * The name of the statement that is deallocated.
   *
   * @param text a char for each byte
   * @return {@code null} if the text says something else as well, or does not say it plainly
   */
  static @Nullable String nameIn(String text) {
    Matcher matcher = OF_ONE.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(1);
    return quoted != null ? quoted : matcher.group(2).toLowerCase(Locale.ROOT);
  }

  /**
   * Writes a message that deallocates a statement by the name that it has on servers.
   *
   * @param type Query, or Parse of the unnamed statement
   */
  static void write(Statement statement, byte type, ByteBuf out) {
    boolean parse = type == 'P';
    byte[] name = statement.name();
    int length = DEALLOCATE.length + name.length + 1;
    out.writeByte(type).writeInt(4 + (parse ? 1 + length + 2 : length));
    if (parse) {
      out.writeByte(0);
    }
    out.writeBytes(DEALLOCATE).writeBytes(name).writeByte(0);
    if (parse) {
      out.writeShort(0);
    }
  }
}
