package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.CopyFail;
import dev.postern.api.message.Describe;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Refuses messages in their turn. In place of a refused message the backend gets one that it
 * refuses itself, because it names something that cannot exist; its ErrorResponse, known by that
 * name, is replaced by ours. So the backend keeps the order of answers, fails the transaction block
 * and skips to Sync as it would for any error, in pipelines and COPY as well.
 */
final class Rejections {
  /**
   * More than any pipeline holds; beyond it the oldest, which the backend skipped after an earlier
   * error, are forgotten.
   */
  private static final int MAX_OUTSTANDING = 1000;

  private final String prefix =
      "postern_rejected_" + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "_";
  private final Map<String, ErrorResponse> outstanding =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, ErrorResponse> eldest) {
          return size() > MAX_OUTSTANDING;
        }
      };
  private final boolean physicalReplication;
  private long count;

  /**
   * @param physicalReplication whether the server knows no SQL: it then says so of any Query that
   *     is no command of replication, and does not quote it
   */
  Rejections(boolean physicalReplication) {
    this.physicalReplication = physicalReplication;
  }

  /**
   * Refuses a message.
   *
   * @param type the refused message's type byte
   * @return what the backend gets in its place
   */
  FrontendMessage reject(byte type, SqlState sqlState, String message) {
    String name = prefix + count++ + "_";
    outstanding.put(name, ErrorResponse.error(sqlState, message));
    return switch (type) {
      case 'Q', 'F' -> new Query(physicalReplication ? "SHOW " + name : name);
      case 'd', 'c', 'f' -> new CopyFail(name);
      default -> new Describe(Target.STATEMENT, name);
    };
  }

  /** Our error, if this answers what stood for a refused message; else {@code null}. */
  @Nullable ErrorResponse answerTo(ErrorResponse error) {
    if (outstanding.isEmpty()) {
      return null;
    }
    String text = error.message();
    int start = text.indexOf(prefix);
    if (start < 0) {
      return null;
    }
    int end = text.indexOf('_', start + prefix.length());
    return end < 0 ? null : outstanding.remove(text.substring(start, end + 1));
  }
}
