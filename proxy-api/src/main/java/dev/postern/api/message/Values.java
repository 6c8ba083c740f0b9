package dev.postern.api.message;

import dev.postern.api.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of values of which some are NULL. */
final class Values {
  private Values() {}

  static List<@Nullable Bytes> copyOf(List<@Nullable Bytes> values) {
    return Collections.unmodifiableList(new ArrayList<>(values));
  }
}
