package dev.postern.proxy.relay;

import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the server has been asked and has not answered yet, in order. A ring that grows; it is
 * allocated when the first request comes, and freed by {@link #trim}.
 */
final class RequestQueue {
  /** Query and FunctionCall: ReadyForQuery is the end of the answer. */
  static final byte QUERY = 'Q';

  /** Sync: ReadyForQuery is the answer. */
  static final byte SYNC = 'S';

  static final byte PARSE = 'P';
  static final byte BIND = 'B';
  static final byte DESCRIBE = 'D';
  static final byte EXECUTE = 'E';
  static final byte CLOSE = 'C';

  /** CopyDone or CopyFail; has no answer of its own. */
  static final byte COPY_END = 'c';

  /** Postern's own: the answer is not for the client. */
  static final int OWN = 0x100;

  /** Not sent to the server: Postern answers in its place. */
  static final int ANSWERED = 0x200;

  private static final int INITIAL = 16;
  private static final int LONG = 10_000;

  private int[] kinds = {};
  private @Nullable Object[] statements = {};
  private int head;
  private int size;

  /** How many of them ReadyForQuery ends. */
  private int cycles;

  void add(int kind, @Nullable Object statement) {
    if (size == kinds.length) {
      grow();
    }
    int at = at(size);
    kinds[at] = kind;
    statements[at] = statement;
    size++;
    if (endsCycle((byte) kind)) {
      cycles++;
    }
  }

  private void grow() {
    int capacity = Math.max(INITIAL, kinds.length * 2);
    int[] newKinds = new int[capacity];
    @Nullable Object[] newStatements = new Object[capacity];
    for (int i = 0; i < size; i++) {
      newKinds[i] = kinds[at(i)];
      newStatements[i] = statements[at(i)];
    }
    kinds = newKinds;
    statements = newStatements;
    head = 0;
  }

  private static boolean endsCycle(byte kind) {
    return kind == QUERY || kind == SYNC;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Whether there are so many that what the server is not sent should not be added. */
  boolean isLong() {
    return size > LONG;
  }

  boolean contains(byte kind) {
    for (int i = 0; i < size; i++) {
      if ((byte) kinds[at(i)] == kind) {
        return true;
      }
    }
    return false;
  }

  /** How many ReadyForQuery are to come. */
  int cycles() {
    return cycles;
  }

  /** The eldest's kind with its flags; 0 if there is none. */
  int first() {
    return size == 0 ? 0 : kinds[head];
  }

  @Nullable Object firstStatement() {
    return size == 0 ? null : statements[head];
  }

  /** Removes the eldest, and each end of rows behind it: there is no COPY that it could be of. */
  void remove() {
    do {
      removeOne();
    } while (size > 0 && (byte) kinds[head] == COPY_END);
  }

  private void removeOne() {
    if (endsCycle((byte) kinds[head])) {
      cycles--;
    }
    statements[head] = null;
    head = at(1);
    size--;
  }

  /**
   * Removes the Syncs right behind the eldest: the server reads the rows of a COPY for it.
   *
   * @return how many there were
   */
  int removeSyncsBehindFirst() {
    int removed = 0;
    while (size > 1 && (byte) kinds[at(1)] == SYNC) {
      int next = at(1);
      kinds[next] = kinds[head];
      statements[next] = statements[head];
      statements[head] = null;
      head = next;
      size--;
      cycles--;
      removed++;
    }
    return removed;
  }

  private int at(int place) {
    return (head + place) & (kinds.length - 1);
  }

  /** Removes the eldest that is of this kind and ends no cycle, if there is one. */
  void removeFirst(byte kind) {
    int found = 0;
    while (found < size && (byte) kinds[at(found)] != kind) {
      found++;
    }
    if (found == size) {
      return;
    }
    for (int i = found; i > 0; i--) {
      int to = at(i);
      int from = at(i - 1);
      kinds[to] = kinds[from];
      statements[to] = statements[from];
    }
    statements[head] = null;
    head = at(1);
    size--;
  }

  /** Shows the kinds, without their flags, and what was noted with them, the eldest first. */
  void forEach(ObjIntConsumer<Object> consumer) {
    for (int i = 0; i < size; i++) {
      int at = at(i);
      Object statement = statements[at];
      if (statement != null) {
        consumer.accept(statement, (byte) kinds[at]);
      }
    }
  }

  /** Frees what a long pipeline has left, if nothing is outstanding. */
  void trim() {
    if (size == 0 && kinds.length > INITIAL) {
      kinds = new int[] {};
      statements = new Object[] {};
      head = 0;
    }
  }
}
