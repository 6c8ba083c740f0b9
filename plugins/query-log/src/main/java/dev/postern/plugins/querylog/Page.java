package dev.postern.plugins.querylog;

import java.nio.ByteBuffer;

/** Lines that go to a file as JSON objects. Used by one thread at a time. */
final class Page implements Queued {
  /** Beyond it a page is full, in bytes. */
  private static final int ENOUGH = 1 << 15;

  private final JsonLines json = new JsonLines(ENOUGH + (1 << 12));
  private int lines;

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
    json.put("sql", statement.sql().shown()).end();
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
  public int weight() {
    return json.capacity();
  }

  @Override
  public int lines() {
    return lines;
  }
}
