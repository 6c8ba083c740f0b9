package dev.postern.plugins.recorder;

import dev.postern.api.Bytes;
import dev.postern.api.message.Bind;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.ErrorOrNotice;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.Message;
import dev.postern.api.message.NotificationResponse;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.RowDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** About how many bytes of memory a message takes while it waits; cheap to find out. */
final class Weight {
  static final int BASE = 128;
  private static final int ITEM = 48;

  private Weight() {}

  static long of(Message message) {
    return BASE
        + switch (message) {
          case Query query -> query.sql().length();
          case Parse parse -> parse.sql().length() + (long) ITEM * parse.parameterTypes().size();
          case Bind bind -> values(bind.parameters());
          case DataRow row -> values(row.columns());
          case CopyData copy -> copy.data().length();
          case FunctionCall call -> values(call.arguments());
          case FunctionCallResponse response -> value(response.value());
          case NotificationResponse notification -> notification.payload().length();
          case RowDescription row -> 2L * ITEM * row.fields().size();
          case ErrorOrNotice error ->
              error.fields().values().stream().mapToLong(text -> ITEM + text.length()).sum();
          default -> 0;
        };
  }

  private static long values(List<@Nullable Bytes> values) {
    long sum = 0;
    for (Bytes value : values) {
      sum += ITEM + value(value);
    }
    return sum;
  }

  private static long value(@Nullable Bytes value) {
    return value == null ? 0 : value.length();
  }
}
