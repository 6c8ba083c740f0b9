package dev.postern.plugins.querylog;

import dev.postern.api.message.CommandComplete;
import org.jspecify.annotations.Nullable;

/** The last CommandComplete of a session. Most are the same object as the one before. */
final class LastTag {
  private @Nullable CommandComplete last;
  private CommandTag tag = CommandTag.NONE;

  @SuppressWarnings("ReferenceEquality") // what is equal and not the same is read again
  CommandTag of(CommandComplete complete) {
    if (complete == last) {
      tag.repeat();
    } else {
      last = complete;
      tag = CommandTag.of(complete);
    }
    return tag;
  }
}
