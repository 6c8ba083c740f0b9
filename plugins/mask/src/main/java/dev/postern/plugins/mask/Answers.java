package dev.postern.plugins.mask;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.Verdict;

/** Refusals, in the words that clients get. */
final class Answers {
  static final SqlState IN_FAILED_TRANSACTION = new SqlState("25P02");
  static final String NOT_APPLICABLE = "the masking rules cannot be applied now";
  private static final String PREFIX = "refused by a masking policy: ";

  private Answers() {}

  static String refusal(String why) {
    return PREFIX + why;
  }

  static <M> Verdict<M> refuse(String why) {
    return Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, refusal(why));
  }

  static <M> Verdict<M> end(String why) {
    return Verdict.terminate(SqlState.INSUFFICIENT_PRIVILEGE, refusal(why));
  }

  static <M> Verdict<M> failedTransaction() {
    return Verdict.reject(
        IN_FAILED_TRANSACTION,
        "current transaction is aborted, commands ignored until end of transaction block");
  }
}
