package dev.postern.proxy.relay;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.proxy.pool.Listener;
import dev.postern.proxy.pool.ListeningConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a pool's listening connection listens to for one client: in force, or asked for. */
final class RetainedChannels {
  /** A server looks through all channels for each new one. */
  static final int MAX_CHANNELS = 1000;

  private final PooledRelay relay;
  private final ListeningConnection connection;
  private final Listener listener;
  private final Runnable caughtUp;
  private final Set<String> retained = new LinkedHashSet<>();

  /** What requests wait for that want to listen; {@code null} if they do not. */
  private @Nullable List<String> wanted;

  /** Which of these waits is the last. */
  private int attempts;

  /** Why the connection does not listen to what the request at hand wants. */
  private @Nullable Exception failure;

  /**
   * @param caughtUp hears that the connection has listened anew, and with that said all it knew
   */
  RetainedChannels(
      PooledRelay relay, ListeningConnection connection, Listener listener, Runnable caughtUp) {
    this.relay = relay;
    this.connection = connection;
    this.listener = listener;
    this.caughtUp = caughtUp;
  }

  boolean isEmpty() {
    return retained.isEmpty();
  }

  boolean contains(String channel) {
    return retained.contains(channel);
  }

  /** Whether requests wait that want to listen. */
  boolean areAwaited() {
    return wanted != null;
  }

  /** Whether the client may listen to these channels, too. */
  boolean haveRoomFor(List<String> names) {
    Set<String> all = new HashSet<>(retained);
    all.addAll(names);
    return all.size() <= MAX_CHANNELS;
  }

  /**
   * Sees to it that the connection listens to these channels.
   *
   * @return false if the relay hears {@code resume} when that has been tried
   */
  boolean add(List<String> names) {
    List<String> fresh = new ArrayList<>(names);
    fresh.removeAll(retained);
    if (fresh.isEmpty()) {
      return true;
    }
    wanted = fresh;
    int which = ++attempts;
    connection.retain(listener, fresh, error -> tried(which, fresh, error));
    return false;
  }

  private void tried(int which, List<String> fresh, @Nullable Exception error) {
    if (relay.isEnded()) {
      connection.release(listener, fresh);
      return;
    }
    if (wanted == null || which != attempts) { // cancelled meanwhile, and perhaps wanted again
      List<String> unneeded = new ArrayList<>(fresh);
      unneeded.removeAll(retained);
      unneeded.removeAll(wanted == null ? List.of() : wanted);
      connection.release(listener, unneeded);
      return;
    }
    wanted = null;
    if (error == null) {
      retained.addAll(fresh);
      caughtUp.run();
    } else {
      connection.release(listener, fresh);
      failure = error;
    }
    relay.resume();
  }

  /** Requests that wait to listen are to fail instead; false if there are none. */
  boolean cancel() {
    if (wanted == null) {
      return false;
    }
    wanted = null;
    failure =
        new SessionException(
            SqlState.QUERY_CANCELED, FailureKind.CLIENT, "canceling statement due to user request");
    relay.resume();
    return true;
  }

  /** Why the last attempt failed; told once. */
  @Nullable Exception takeFailure() {
    Exception last = failure;
    failure = null;
    return last;
  }

  /** Releases all but these; returns whether there were any. */
  boolean trim(Set<String> needed) {
    List<String> unneeded = new ArrayList<>(retained);
    unneeded.removeAll(needed);
    if (unneeded.isEmpty()) {
      return false;
    }
    unneeded.forEach(retained::remove);
    connection.release(listener, unneeded);
    return true;
  }

  /** The session ends. */
  void close() {
    connection.release(listener, List.copyOf(retained));
    retained.clear();
  }
}
