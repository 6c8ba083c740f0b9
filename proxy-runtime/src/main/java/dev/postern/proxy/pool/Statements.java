package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import dev.postern.proxy.sql.StatementScan;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The statements that clients of a pool have prepared, each once. One lives as long as a client or
 * a server connection knows it. Safe for use by many threads.
 */
public final class Statements {
  /** Texts mean the same where names and literals in them do. */
  private record Key(Bytes text, Object scope) {}

  private static final class Known extends WeakReference<Statement> {
    final Key text;

    Known(Key text, Statement statement, ReferenceQueue<Statement> forgotten) {
      super(statement, forgotten);
      this.text = text;
    }
  }

  private final ConcurrentMap<Key, Known> known = new ConcurrentHashMap<>();
  private final ReferenceQueue<Statement> forgotten = new ReferenceQueue<>();
  private final AtomicLong count = new AtomicLong();

  /**
   * The statement with this text.
   *
   * @param body of a Parse message behind the name; taken over
   * @param scope equal for clients for whom names and literals in the text mean the same
   * @param effects computes what executing it leaves behind, for a new one
   */
  public Statement of(byte[] body, Object scope, ToIntFunction<byte[]> effects) {
    purge();
    Key text = new Key(Bytes.wrap(body), scope);
    while (true) {
      Known reference = known.get(text);
      Statement statement = reference == null ? null : reference.get();
      if (statement != null) {
        return statement;
      }
      Statement made =
          new Statement(
              body,
              StatementScan.SHARED_NAMES + count.incrementAndGet(),
              scope,
              effects.applyAsInt(body));
      Known fresh = new Known(text, made, forgotten);
      boolean stored =
          reference == null
              ? known.putIfAbsent(text, fresh) == null
              : known.replace(text, reference, fresh);
      if (stored) {
        return made;
      }
    }
  }

  /** Tables have changed: whoever prepares a text from now on gets a new statement. */
  public void forget() {
    known.clear();
  }

  /** The same for one text. */
  public void forget(Statement statement) {
    known.values().removeIf(reference -> reference.get() == statement);
  }

  private void purge() {
    for (@Nullable Object gone = forgotten.poll(); gone != null; gone = forgotten.poll()) {
      Known reference = (Known) gone;
      known.remove(reference.text, reference);
    }
  }

  int size() {
    return known.size();
  }
}
