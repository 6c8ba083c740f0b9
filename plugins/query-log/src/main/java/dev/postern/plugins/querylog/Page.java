package dev.postern.plugins.querylog;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Lines that go to a file as JSON objects. Used by one thread at a time. When they are written it
 * comes back to where it came from, to be used again.
 */
final class Page implements Queued {
  /** Beyond it a page is full, in bytes. */
  private static final int ENOUGH = 1 << 15;

  private static final int CAPACITY = ENOUGH + (1 << 12);

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
        .putTime("time", endedAt)
        .put(facts)
        .put("outcome", statement.outcome().label)
        .put("durationMicros", statement.durationMicros());
    if (statement.command() != null) {
      json.put("command", statement.command());
    }
    if (statement.rows() >= 0) {
      json.put("rows", statement.rows());
    }
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
