package dev.postern.plugins.limits;

import java.util.List;

/**
 * Names a bucket.
 *
 * @param limit whose it is
 * @param values of what the limit tells apart, in its order
 */
record BucketKey(String limit, List<String> values) {
  /** Stands for all that there is no room for. */
  static BucketKey overflow(String limit) {
    return new BucketKey(limit, List.of());
  }
}
