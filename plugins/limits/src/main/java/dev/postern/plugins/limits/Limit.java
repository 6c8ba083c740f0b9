package dev.postern.plugins.limits;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit as it is applied.
 *
 * @param concurrent 0: no limit
 * @param maxDelayNanos 0: nothing waits
 */
record Limit(
    String name,
    List<Dimension> by,
    MatchConfig match,
    @Nullable Rate statements,
    @Nullable Rate rows,
    @Nullable Rate resultBytes,
    @Nullable Rate sentBytes,
    int concurrent,
    long maxDelayNanos,
    boolean dryRun) {

  static Limit of(LimitConfig config, boolean dryRun) {
    RateConfig statements = config.statements();
    RateConfig rows = config.rows();
    SizeRateConfig resultBytes = config.resultBytes();
    SizeRateConfig sentBytes = config.sentBytes();
    Duration delay = config.action() == Action.DELAY ? config.effectiveMaxDelay() : Duration.ZERO;
    return new Limit(
        config.name(),
        config.effectiveBy(),
        config.effectiveMatch(),
        statements == null ? null : statements.toRate("statements"),
        rows == null ? null : rows.toRate("rows"),
        resultBytes == null ? null : resultBytes.toRate("of results"),
        sentBytes == null ? null : sentBytes.toRate("sent"),
        config.concurrent() == null ? 0 : config.concurrent(),
        delay.toNanos(),
        config.dryRun() == null ? dryRun : config.dryRun());
  }

  boolean delays() {
    return maxDelayNanos > 0 && !dryRun;
  }

  boolean countsResults() {
    return rows != null || resultBytes != null;
  }

  /** Whether it differs from statement to statement. */
  boolean looksAtStatements() {
    return match.looksAtStatements() || by.contains(Dimension.FINGERPRINT);
  }

  BucketKey key(Facts facts, Shape shape) {
    return new BucketKey(
        name, by.stream().map(dimension -> facts.value(dimension, shape)).toList());
  }

  /** Whose bucket it is, such as {@code user "alice"}, empty where all share one. */
  String owner(BucketKey key) {
    StringBuilder owner = new StringBuilder();
    for (int i = 0; i < by.size() && i < key.values().size(); i++) {
      String shown = key.values().get(i).replaceAll("\\p{Cntrl}", "?");
      owner.append(i == 0 ? "" : ", ").append(by.get(i)).append(" \"").append(shown).append('"');
    }
    return owner.toString();
  }
}
