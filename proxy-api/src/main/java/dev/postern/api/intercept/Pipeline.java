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

  // CopyDone and CopyFail, which have no answer, stand in it without a request.
  private final WaitingRequests<T> waiting = new WaitingRequests<>();

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
      if (copying && waiting.size() == 1) {
        ignore();
        return false;
      }
    } else if (skipping && waiting.isEmpty()) {
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
    if (!lost && !waiting.isEmpty()) {
      add(null, null);
    }
  }

  private boolean add(@Nullable Request request, @Nullable T note) {
    if (waiting.size() == MAX_LENGTH) {
      lose();
      return false;
    }
    waiting.add(request, note);
    return true;
  }

  /** What waits for the next answer; {@code null} if nothing does. */
  public @Nullable Request firstRequest() {
    skipCopyEnds();
    return isNoneKnown() ? null : waiting.request(0);
  }

  /** The note of what waits for the next answer; {@code null} if there is none. */
  public @Nullable T first() {
    skipCopyEnds();
    return isNoneKnown() ? null : waiting.note(0);
  }

  private boolean isNoneKnown() {
    return waiting.isEmpty() || lost;
  }

  /** The server has come past them, and has ignored them. */
  private void skipCopyEnds() {
    while (!waiting.isEmpty() && waiting.request(0) == null) {
      remove();
    }
  }

  private @Nullable T remove() {
    begun = false;
    return waiting.remove();
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
      if (waiting.size() > 1 && waiting.request(1) == null) {
        waiting.removeSecond();
      } else {
        lose();
        return null;
      }
    }
    return firstRequest() == Request.QUERY ? partOf(Request.QUERY) : completed(Request.EXECUTE);
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
    return waiting.note(0);
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
    while (waiting.size() > 1 && waiting.request(1) == Request.SYNC) {
      waiting.removeSecond();
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
      return waiting.note(0);
    }
    T failed = remove();
    skipping = true;
    while (!waiting.isEmpty() && waiting.request(0) != Request.SYNC) {
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
      return waiting.size() > 1 && waiting.request(1) != null;
    }
    if (ignored > 0) {
      for (int i = 1; i < waiting.size() && waiting.request(i) != Request.SYNC; i++) {
        if (waiting.request(i) != null) {
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
    waiting.forEach(consumer);
  }

  /** The interceptor itself cannot tell what an answer is for: the order is lost. */
  public void lose() {
    lost = true;
    copying = false;
  }

  @Override
  public String toString() {
    return "Pipeline[" + waiting.size() + " waiting" + (lost ? ", lost]" : "]");
  }
}
