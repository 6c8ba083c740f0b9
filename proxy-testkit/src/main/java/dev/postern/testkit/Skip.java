package dev.postern.testkit;

import org.opentest4j.TestAbortedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Skips a test that cannot run here, and says so in the log as well as in the report. */
public final class Skip {
  private static final Logger LOG = LoggerFactory.getLogger(Skip.class);

  private Skip() {}

  /**
   * Goes on if the condition holds.
   *
   * @param reason what is missing
   */
  public static void unless(boolean condition, String reason) {
    if (!condition) {
      throw because(reason);
    }
  }

  /** To be thrown. */
  public static TestAbortedException because(String reason) {
    LOG.warn("skipped a test: {}", reason);
    return new TestAbortedException(reason);
  }
}
