package dev.postern.api.intercept;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds for each answer of the server what it answers (PostgreSQL documentation, "Message Flow" and
 * "Pipelining"). An interceptor that has to know tells of each request that it lets pass, with a
 * note of its own, and of each answer; it gets the note back.
 *
 * <p>Requests wait in the order in which they were sent. After an error in the extended protocol
 * the server skips everything up to Sync; while it reads the rows of a COPY it ignores Sync; where
 * there is no COPY it ignores CopyDone and CopyFail. In one case nobody can tell what the server
 * has ignored: a COPY that fails, behind Syncs. The ReadyForQuery that may then come beside those
 * counted on is known by coming before what it would answer is answered.
 *
 * <p>Where an answer fits no request, the order is {@link #isLost lost}, for good: a client has
 * sent what no driver sends, in order to be mistaken, or the server is no PostgreSQL. An
 * interceptor that decides ends the session then; one that only looks stops looking.
 *
 * <p>For one session; used by one thread at a time, its event loop or who holds a lock.
 *
 * @param <T> what is noted with a request
 */
public final class Pipeline<T> {
  /** What asks for an answer. */
  public enum Request {
    /** A Query: any number of results, then ReadyForQuery. */
    QUERY,
    /** A FunctionCall: FunctionCallResponse, then ReadyForQuery. */
    FUNCTION_CALL,
    PARSE,
    BIND,
    DESCRIBE,
    EXECUTE,
    CLOSE,
    /** A Sync: ReadyForQuery. */
    SYNC;

    boolean endsCycle() {
      return this == QUERY || this == FUNCTION_CALL || this == SYNC;
    }
  }

  /**
   * How many requests can wait: more than the buffers between a client and its server hold. Beyond
   * it the order is lost.
   */
  public static final int MAX_LENGTH = 1 << 20;

  private static final int INITIAL = 16;
  private static final int LONG = 1024;

  // A ring whose length is a power of two; allocated when it is needed, given back when long.
  // CopyDone and CopyFail, which have no answer, stand in it without a request.
  private @Nullable Request[] requests = {};
  private @Nullable Object[] notes = {};
  private int head;
  private int size;

  private long cycle;

  /** Whether the server skips up to Sync; then the first that waits is one, or nothing waits. */
  private boolean skipping;

  /** Whether the server reads the rows of a COPY for the first request. */
  private boolean copying;

  /** Whether the first request, if it is of several answers, has had one. */
  private boolean begun;

  /** Syncs that the server ignores, unless it has refused a row before it came to them. */
  private int ignored;

  /** How many ReadyForQuery may come for what was taken for ignored. */
  private int doubtful;

  private boolean lost;

  /** Nothing is asked yet, as when a session opens. */
  public Pipeline() {}

  /**
   * Counts what the server answers by ReadyForQuery: what is sent within one cycle is skipped from
   * the first error on, up to its end.
   *
   * @return the number of the cycle to which belongs what is sent next
   */
  public long cycle() {
    return cycle;
  }

  /**
   * A request goes to the server.
   *
   * @param note is given back with the answer
   * @return whether it waits now; false if no answer will come, since the server ignores it, or if
   *     the order is lost
   */
  public boolean sent(Request request, @Nullable T note) {
    if (request.endsCycle()) {
      cycle++;
    }
    if (lost) {
      return false;
    }
    if (request == Request.SYNC) {
      if (copying && size == 1) {
        ignore();
        return false;
      }
    } else if (skipping && size == 0) {
      if (doubtful > 0) {
        // Skipped, or behind a Sync that has ended the skipping: nobody can tell.
        lose();
      }
      return false;
    }
    return add(request, note);
  }

  private void ignore() {
    ignored = Math.min(ignored + 1, MAX_LENGTH);
  }

  /** CopyDone or CopyFail goes to the server. */
  public void copyEndSent() {
    if (!lost && size > 0) {
      add(null, null);
    }
  }

  private boolean add(@Nullable Request request, @Nullable T note) {
    if (size == MAX_LENGTH) {
      lose();
      return false;
    }
    if (size == requests.length) {
      grow();
    }
    int at = at(size++);
    requests[at] = request;
    notes[at] = note;
    return true;
  }

  private void grow() {
    int capacity = Math.max(INITIAL, size * 2);
    @Nullable Request[] newRequests = new Request[capacity];
    @Nullable Object[] newNotes = new Object[capacity];
    for (int i = 0; i < size; i++) {
      newRequests[i] = requests[at(i)];
      newNotes[i] = notes[at(i)];
    }
    requests = newRequests;
    notes = newNotes;
    head = 0;
  }

  private int at(int place) {
    return (head + place) & (requests.length - 1);
  }

  /** What waits for the next answer; {@code null} if nothing does. */
  public @Nullable Request firstRequest() {
    skipCopyEnds();
    return isNoneKnown() ? null : requests[head];
  }

  /** The note of what waits for the next answer; {@code null} if there is none. */
  @SuppressWarnings("unchecked")
  public @Nullable T first() {
    skipCopyEnds();
    return isNoneKnown() ? null : (T) notes[head];
  }

  private boolean isNoneKnown() {
    return size == 0 || lost;
  }

  /** The server has come past them, and has ignored them. */
  private void skipCopyEnds() {
    while (size > 0 && requests[head] == null) {
      remove();
    }
  }

  private @Nullable T remove() {
    T note = note(head);
    notes[head] = null;
    head = (head + 1) & (requests.length - 1);
    size--;
    begun = false;
    if (size == 0 && requests.length > LONG) {
      release();
    }
    return note;
  }

  private void release() {
    requests = new Request[] {};
    notes = new Object[] {};
    head = 0;
  }

  @SuppressWarnings("unchecked")
  private @Nullable T note(int at) {
    return (T) notes[at];
  }

  /** ParseComplete has come; gives the Parse's note. */
  public @Nullable T parseComplete() {
    return completed(Request.PARSE);
  }

  /** BindComplete has come; gives the Bind's note. */
  public @Nullable T bindComplete() {
    return completed(Request.BIND);
  }

  /** CloseComplete has come; gives the Close's note. */
  public @Nullable T closeComplete() {
    return completed(Request.CLOSE);
  }

  private @Nullable T completed(Request expected) {
    if (firstRequest() != expected || skipping || copying) {
      lose();
      return null;
    }
    doubtful = 0; // what is answered was sent behind those Syncs
    return remove();
  }

  /**
   * RowDescription or NoData has come; gives the note of the Describe, or of the Query, which waits
   * on.
   */
  public @Nullable T described() {
    return firstRequest() == Request.QUERY ? partOf(Request.QUERY) : completed(Request.DESCRIBE);
  }

  /**
   * CommandComplete, EmptyQueryResponse or PortalSuspended has come; gives the note of the Execute,
   * or of the Query, which waits on.
   */
  public @Nullable T executed() {
    if (copying) {
      copying = false;
      ignored = 0;
      if (size > 1 && requests[at(1)] == null) {
        moveFirstOverNext();
      } else {
        lose();
        return null;
      }
    }
    return firstRequest() == Request.QUERY ? partOf(Request.QUERY) : completed(Request.EXECUTE);
  }

  private void moveFirstOverNext() {
    int next = at(1);
    requests[next] = requests[head];
    notes[next] = notes[head];
    boolean stillBegun = begun;
    remove();
    begun = stillBegun;
  }

  /** FunctionCallResponse has come; gives the FunctionCall's note, which waits on. */
  public @Nullable T functionReturned() {
    return partOf(Request.FUNCTION_CALL);
  }

  private @Nullable T partOf(Request expected) {
    if (firstRequest() != expected || copying) {
      lose();
      return null;
    }
    doubtful = 0;
    begun = true;
    return note(head);
  }

  /** CopyInResponse has come: the server ignores each Sync before the rows' end. */
  public void copyInBegan() {
    Request first = firstRequest();
    boolean copies = first == Request.QUERY || first == Request.EXECUTE;
    if (!copies || skipping || copying) {
      lose();
      return;
    }
    doubtful = 0;
    begun = true;
    copying = true;
    while (size > 1 && requests[at(1)] == Request.SYNC) {
      moveFirstOverNext();
      ignore();
    }
  }

  /**
   * ErrorResponse has come. The request that it is about waits no more, unless ReadyForQuery is to
   * follow; in the extended protocol everything up to Sync is skipped.
   *
   * @param skipped is given the notes of what is skipped, in its order
   * @return the note of what has failed; {@code null} too if the error is about nothing that is
   *     known, such as the server's end
   */
  public @Nullable T failed(Consumer<? super T> skipped) {
    Request first = firstRequest();
    if (first == null || skipping) {
      // Of something that was not told, or the last words of a server.
      skipping = true;
      return null;
    }
    if (copying && isEndOfCopyUnclear(first)) {
      lose();
      return null;
    }
    copying = false;
    doubtful = ignored;
    ignored = 0;
    if (first.endsCycle()) {
      begun = true;
      return note(head);
    }
    T failed = remove();
    skipping = true;
    while (size > 0 && requests[head] != Request.SYNC) {
      T note = remove();
      if (note != null) {
        skipped.accept(note);
      }
    }
    return failed;
  }

  /**
   * Whether nobody can tell what the server makes of what waits behind a COPY that has failed. A
   * Query may have been read in the place of a row. Behind an Execute, what waits before the next
   * Sync is skipped; but if the server comes to one of those counted as ignored, it is not.
   */
  private boolean isEndOfCopyUnclear(Request first) {
    if (first == Request.QUERY) {
      return size > 1 && requests[at(1)] != null;
    }
    if (ignored > 0) {
      for (int i = 1; i < size && requests[at(i)] != Request.SYNC; i++) {
        if (requests[at(i)] != null) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * ReadyForQuery has come.
   *
   * @return the note of what it answers; {@code null} too if it is for a Sync that could have been
   *     ignored
   */
  public @Nullable T ready() {
    Request first = firstRequest();
    boolean answers =
        first == Request.SYNC || (first != null && first.endsCycle() && begun && !copying);
    if (!answers) {
      if (doubtful == 0 || copying) {
        lose();
      } else {
        doubtful--;
        skipping = false;
      }
      return null;
    }
    skipping = false;
    return remove();
  }

  /** Whether the server skips everything up to Sync. */
  public boolean isSkipping() {
    return skipping;
  }

  /** Whether everything is answered that was sent. */
  public boolean isEmpty() {
    skipCopyEnds();
    return isNoneKnown();
  }

  /**
   * Whether it is not known any more which answer is for what. Nothing counts as waiting from then
   * on, except for {@link #forEach}.
   */
  public boolean isLost() {
    return lost;
  }

  /**
   * Gives the notes of all that waits, in its order, or that did when the order was lost; for a
   * session's end.
   */
  public void forEach(Consumer<? super T> consumer) {
    for (int i = 0; i < size; i++) {
      T note = note(at(i));
      if (note != null) {
        consumer.accept(note);
      }
    }
  }

  /** The interceptor itself cannot tell what an answer is for: the order is lost. */
  public void lose() {
    lost = true;
    copying = false;
  }

  @Override
  public String toString() {
    return "Pipeline[" + size + " waiting" + (lost ? ", lost]" : "]");
  }
}
