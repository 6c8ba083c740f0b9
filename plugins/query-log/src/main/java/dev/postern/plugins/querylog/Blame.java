package dev.postern.plugins.querylog;

import dev.postern.plugins.querylog.Pending.Closing;
import dev.postern.plugins.querylog.Pending.SimpleQuery;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an error is about, where Describes wait first: since their answers are not looked at, it is
 * one of them or what is behind them. Is given what the server skips. Used by the session's event
 * loop only.
 */
final class Blame implements Consumer<Pending> {
  private final Consumer<Pending> skipped;

  /** What is skipped first that is no Describe. */
  private @Nullable Pending behind;

  /** The text of the Describes; {@code null}: none, or of several. */
  private @Nullable SqlText described;

  private boolean differ;

  /**
   * @param skipped is given all that is skipped
   */
  Blame(Consumer<Pending> skipped) {
    this.skipped = skipped;
  }

  void begin() {
    behind = null;
    described = null;
    differ = false;
  }

  @Override
  public void accept(Pending request) {
    skipped.accept(request);
    if (behind == null) {
      if (request instanceof SqlText text) {
        differ |= described != null && described != text;
        described = text;
      } else {
        behind = request;
      }
    }
  }

  /** Whether a Query may have failed, which then is not skipped, or what stands before it. */
  boolean isDoubtful(Pending failed) {
    return failed instanceof SqlText && behind instanceof SimpleQuery;
  }

  /** What is logged as failed. */
  Pending on(Pending failed) {
    if (!(failed instanceof SqlText text)) {
      described = null;
      differ = false;
      return failed;
    }
    differ |= described != null && described != text;
    described = text;
    return behind == null || behind instanceof Closing ? failed : behind;
  }

  /** The text of it, if it is that of all that can have failed. */
  SqlText text(SqlText sql) {
    return differ || (described != null && described != sql) ? SqlText.UNKNOWN : sql;
  }
}
