package dev.postern.proxy.sql;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** DEALLOCATE of one statement. */
public final class Deallocation {
  private static final Pattern OF_ONE =
      Pattern.compile(
          "\\s*DEALLOCATE\\s+(?:PREPARE\\s+)?(?:\"([^\"]+)\"|([a-z_][a-z0-9_$]*))\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  private Deallocation() {}

  /**
   * The name of the statement that is deallocated.
   *
   * @param text a char for each byte
   * @return {@code null} if the text says something else as well, or does not say it plainly
   */
  public static @Nullable String nameIn(String text) {
    Matcher matcher = OF_ONE.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String quoted = matcher.group(1);
    return quoted != null ? quoted : matcher.group(2).toLowerCase(Locale.ROOT);
  }
}
