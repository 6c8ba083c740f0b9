package dev.postern.api.intercept;

import dev.postern.api.intercept.Pipeline.Request;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue of requests and their notes: a ring, allocated when it is needed and given back when it
 * has become long. Used by one thread at a time.
 *
 * @param <T> what is noted with a request
 */
final class WaitingRequests<T> {
  private static final int INITIAL = 16;
  private static final int LONG = 1024;

  // Their length is a power of two, or 0.
  private @Nullable Request[] requests = {};
  private @Nullable Object[] notes = {};
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /**
   * @param request {@code null}: CopyDone or CopyFail, which have no answer
   */
  void add(@Nullable Request request, @Nullable T note) {
    if (size == requests.length) {
      grow();
    }
    int at = at(size++);
    requests[at] = request;
    notes[at] = note;
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

  /**
   * @param place from 0, below {@link #size}
   */
  @Nullable Request request(int place) {
    return requests[at(place)];
  }

  /**
   * @param place from 0, below {@link #size}
   */
  @SuppressWarnings("unchecked")
  @Nullable T note(int place) {
    return (T) notes[at(place)];
  }

  /** Removes the first, and gives its note. */
  @Nullable T remove() {
    T note = note(0);
    notes[head] = null;
    head = (head + 1) & (requests.length - 1);
    size--;
    if (size == 0 && requests.length > LONG) {
      requests = new Request[] {};
      notes = new Object[] {};
      head = 0;
    }
    return note;
  }

  /** Removes the second. */
  void removeSecond() {
    int second = at(1);
    requests[second] = requests[head];
    notes[second] = notes[head];
    remove();
  }

  /** Gives all notes, in the order of the requests. */
  void forEach(Consumer<? super T> consumer) {
    for (int i = 0; i < size; i++) {
      T note = note(i);
      if (note != null) {
        consumer.accept(note);
      }
    }
  }
}
