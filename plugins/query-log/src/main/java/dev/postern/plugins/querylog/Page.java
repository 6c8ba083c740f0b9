package dev.postern.plugins.querylog;

import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Lines that go to a file as JSON objects. Used by one thread at a time. When they are written it
 * comes back to where it came from, to be used again.
 */
final class Page implements Queued {
  /** Beyond it a page is full, in bytes. */
  private static final int ENOUGH = 1 << 17;

  private static final int CAPACITY = ENOUGH + (1 << 12);

  /** By outcome the members that all its lines have, to the name of the duration. */
  private static final Map<Outcome, byte[]> UP_TO_DURATION = new EnumMap<>(Outcome.class);

  static {
    for (Outcome outcome : Outcome.values()) {
      UP_TO_DURATION.put(
          outcome,
          new JsonLines(64).put("outcome", outcome.label).name("durationMicros").members());
    }
  }

  private final JsonLines json = new JsonLines(CAPACITY);
  private final Consumer<Page> comesBack;
  private int lines;

  /**
   * @param comesBack is given it, empty, by the writer's thread
   */
  Page(Consumer<Page> comesBack) {
    this.comesBack = comesBack;
  }

  /**
   * @param endedAt microseconds since the epoch
   * @param facts members that were written before
   */
  void write(long endedAt, byte[] facts, EndedStatement statement) {
    json.begin()
        .time(endedAt)
        .put(facts)
        .put(Objects.requireNonNull(UP_TO_DURATION.get(statement.outcome())))
        .value(statement.durationMicros());
    statement.tag().writeTo(json);
    if (statement.sqlState() != null) {
      json.put("sqlState", statement.sqlState());
    }
    if (statement.part() > 1) {
      json.put("part", statement.part());
    }
    SqlText sql = statement.sql();
    if (sql.isPlain()) {
      json.putPlain("sql", sql.text());
    } else {
      json.put("sql", sql.shown());
    }
    json.end();
    lines++;
  }

  boolean isFull() {
    return json.length() >= ENOUGH;
  }

  /** All that has been written. */
  ByteBuffer bytes() {
    return json.bytes();
  }

  @Override
  public void written() {
    if (json.capacity() == CAPACITY) { // not one that a long statement has made large
      json.clear();
      lines = 0;
      comesBack.accept(this);
    }
  }

  @Override
  public int weight() {
    return json.capacity();
  }

  @Override
  public int lines() {
    return lines;
  }
}
