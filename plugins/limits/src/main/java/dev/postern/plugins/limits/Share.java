package dev.postern.plugins.limits;

import org.jspecify.annotations.Nullable;

/**
 * What one session has of one bucket: at most one place among those that run at once, however many
 * statements it sends ahead. Guarded by its session.
 */
final class Share {
  final Bucket bucket;
  final Limit limit;

  /** What it was asked for by; the bucket may be one for all that there is no room for. */
  final BucketKey key;

  /** How many admissions of the session have it. */
  int uses;

  /** The number of the answer that ends what runs; 0: nothing does. */
  long heldUntil;

  private long heldBefore;
  private boolean taken;

  Share(Bucket bucket, BucketKey key) {
    this.bucket = bucket;
    this.key = key;
    limit = bucket.limit;
  }

  boolean needsSlot() {
    return limit.concurrent() > 0 && heldUntil == 0;
  }

  /**
   * Takes what a statement needs.
   *
   * @param boundary the number of the answer that ends it
   * @return {@code null}: it has it
   */
  @Nullable Shortage take(long now, long boundary, boolean inTurn) {
    Shortage shortage = bucket.take(now, needsSlot(), inTurn);
    taken = shortage == null;
    if (taken && limit.concurrent() > 0) {
      heldBefore = heldUntil;
      heldUntil = boundary;
    }
    return shortage;
  }

  /** The statement passes without it. */
  void pass() {
    taken = false;
  }

  boolean isTaken() {
    return taken;
  }

  /**
   * Another limit has refused the statement.
   *
   * @return whether the place among those that run is free again
   */
  boolean undo() {
    if (!taken) {
      return false;
    }
    taken = false;
    bucket.giveBack();
    if (heldUntil == 0) {
      return false;
    }
    heldUntil = heldBefore;
    return heldUntil == 0;
  }
}
