package dev.postern.plugins.querylog;

import dev.postern.api.message.CommandComplete;
import org.jspecify.annotations.Nullable;

/** What a CommandComplete says. Written to pages by the session's event loop only. */
final class CommandTag {
  /** Where there is none. */
  static final CommandTag NONE = new CommandTag(null, -1);

  private final @Nullable String command;
  private final long rows;

  /** As members of {@link JsonLines}, once it is known that it comes more than once. */
  private byte @Nullable [] members;

  private CommandTag(@Nullable String command, long rows) {
    this.command = command;
    this.rows = rows;
  }

  static CommandTag of(CommandComplete complete) {
    return new CommandTag(withoutNumbers(complete.tag()), complete.rows().orElse(-1));
  }

  static CommandTag ofRows(long rows) {
    return new CommandTag(null, rows);
  }

  /** The same where this many rows came before. */
  CommandTag after(long before) {
    return before == 0 || rows < 0 ? this : new CommandTag(command, before + rows);
  }

  /** The tag without its numbers, such as {@code INSERT}; {@code null} where there is none. */
  @Nullable String command() {
    return command;
  }

  /** How many the command gave or touched; -1 where it does not count rows. */
  long rows() {
    return rows;
  }

  /** It comes again. */
  void repeat() {
    if (members == null) {
      JsonLines json = new JsonLines(64);
      write(json);
      members = json.members();
    }
  }

  void writeTo(JsonLines json) {
    if (members == null) {
      write(json);
    } else if (members.length > 0) {
      json.put(members);
    }
  }

  private void write(JsonLines json) {
    if (command != null) {
      json.put("command", command);
    }
    if (rows >= 0) {
      json.put("rows", rows);
    }
  }

  private static String withoutNumbers(String tag) {
    int end = tag.length();
    while (end > 0 && isDigitOrSpace(tag.charAt(end - 1))) {
      end--;
    }
    return tag.substring(0, end);
  }

  private static boolean isDigitOrSpace(char c) {
    return (c >= '0' && c <= '9') || c == ' ';
  }
}
