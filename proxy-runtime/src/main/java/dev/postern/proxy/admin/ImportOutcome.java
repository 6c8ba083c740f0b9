package dev.postern.proxy.admin;

import org.jspecify.annotations.Nullable;

/**
 * What became of one user of an import.
 *
 * @param reason why it was skipped
 */
public record ImportOutcome(String name, Result result, @Nullable String reason) {
  /** What can become of one. */
  public enum Result {
    ADDED,
    /** It exists, and got the new password. */
    REPLACED,
    /** It exists with this password. */
    UNCHANGED,
    SKIPPED
  }

  /** Whether the user is another than before. */
  boolean isChange() {
    return result == Result.ADDED || result == Result.REPLACED;
  }
}
