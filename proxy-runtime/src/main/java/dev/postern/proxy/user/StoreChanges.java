package dev.postern.proxy.user;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How every change is made: write, forget what was remembered, tell. */
final class StoreChanges {
  private static final Logger LOGGER = LoggerFactory.getLogger(StoreChanges.class);

  /** The part of a change that is done within its transaction. */
  @FunctionalInterface
  interface Change {
    void make(Handle handle, Instant now);
  }

  private final List<Consumer<UserChange>> listeners = new CopyOnWriteArrayList<>();
  private final StoreThread thread;
  private final UserCache cache;
  private final InstantSource clock;

  StoreChanges(StoreThread thread, UserCache cache, InstantSource clock) {
    this.thread = thread;
    this.cache = cache;
    this.clock = clock;
  }

  void listen(Consumer<UserChange> listener) {
    listeners.add(listener);
  }

  void make(String user, UserChange.Kind kind, Change change) {
    make(
        List.of(user),
        (handle, now) -> {
          change.make(handle, now);
          return List.of(new UserChange(user, kind));
        });
  }

  /** The part of a change to several users that is done within its transaction. */
  @FunctionalInterface
  interface Changes {
    List<UserChange> make(Handle handle, Instant now);
  }

  void make(Collection<String> users, Changes changes) {
    List<UserChange> made;
    try {
      made = thread.write(handle -> changes.make(handle, Periods.stored(clock.instant())));
    } finally {
      // Even after a failure, which may have come after the commit.
      cache.forget(users);
    }
    made.forEach(this::tell);
  }

  private void tell(UserChange change) {
    for (Consumer<UserChange> listener : listeners) {
      try {
        listener.accept(change);
      } catch (RuntimeException e) {
        LOGGER
            .atError()
            .addKeyValue("user", change.user())
            .addKeyValue("change", change.kind())
            .setCause(e)
            .log("A listener to changes of users failed");
      }
    }
  }
}
