package dev.postern.plugins.querylog;

import dev.postern.api.message.CommandComplete;
import org.jspecify.annotations.Nullable;

/**
 * What the last CommandComplete says. Most are the same object as the one before. Used by one
 * thread.
 */
final class LastTag {
  private @Nullable CommandComplete last;
  private String command = "";
  private long rows;

  @SuppressWarnings("ReferenceEquality") // what is equal and not the same is read again
  void read(CommandComplete complete) {
    if (complete != last) {
      last = complete;
      command = withoutNumbers(complete.tag());
      rows = complete.rows().orElse(-1);
    }
  }

  /** The tag without its numbers. */
  String command() {
    return command;
  }

  /** -1 where the command does not count rows. */
  long rows() {
    return rows;
  }

  private String withoutNumbers(String tag) {
    int end = tag.length();
    while (end > 0 && isDigitOrSpace(tag.charAt(end - 1))) {
      end--;
    }
    return end == command.length() && tag.startsWith(command) ? command : tag.substring(0, end);
  }

  private static boolean isDigitOrSpace(char c) {
    return (c >= '0' && c <= '9') || c == ' ';
  }
}
