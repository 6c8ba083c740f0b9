package dev.postern.plugins.limits;

import java.util.List;

/** The buckets that a statement of a session needs. Guarded by its session. */
final class Admission {
  final Shape shape;
  final List<Share> shares;

  /** How many statements that it was for have no answer yet. */
  int unanswered;

  Admission(Shape shape, List<Share> shares) {
    this.shape = shape;
    this.shares = List.copyOf(shares);
  }

  boolean isInUse() {
    return unanswered > 0 || shares.stream().anyMatch(share -> share.heldUntil > 0);
  }
}
