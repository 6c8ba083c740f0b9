package dev.postern.it.pooling;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** Which clients listen to what, and what each of them must hear. For use by many threads. */
final class Shouts {
  /** A channel that many listen to. */
  static final String COMMON = "everyone";

  /** From a LISTEN that is known to be committed to the moment before it is undone. */
  final class Ear {
    private final String channel;
    private final Set<String> owed = new HashSet<>();

    private Ear(String channel) {
      this.channel = channel;
    }

    /**
     * Nothing more is owed.
     *
     * @return all that has been notified in its time
     */
    Set<String> close() {
      synchronized (Shouts.this) {
        ears(channel).remove(this);
        return owed;
      }
    }
  }

  private final Map<String, Set<Ear>> ears = new ConcurrentHashMap<>();

  private final Set<String> heard = ConcurrentHashMap.newKeySet();
  private final Set<String> undone = ConcurrentHashMap.newKeySet();

  private Set<Ear> ears(String channel) {
    return ears.computeIfAbsent(channel, name -> new HashSet<>());
  }

  synchronized Ear open(String channel) {
    Ear ear = new Ear(channel);
    ears(channel).add(ear);
    return ear;
  }

  /** Who listens now. */
  synchronized Set<Ear> listening(String channel) {
    return Set.copyOf(ears(channel));
  }

  /**
   * A NOTIFY has been committed.
   *
   * @param before who listened before it was sent: all of them that still do must hear it
   */
  synchronized void shouted(String channel, String payload, Set<Ear> before) {
    ears(channel).stream().filter(before::contains).forEach(ear -> ear.owed.add(payload));
  }

  /** One that somebody listens to, if there is any. */
  synchronized String anyChannel(RandomGenerator random) {
    ears.values().removeIf(Set::isEmpty);
    List<String> channels = new ArrayList<>(ears.keySet());
    return channels.isEmpty() ? COMMON : channels.get(random.nextInt(channels.size()));
  }

  /** A NOTIFY has been rolled back. */
  void undone(String payload) {
    undone.add(payload);
  }

  /** Somebody has heard it. */
  void heard(String payload) {
    heard.add(payload);
  }

  /** What nobody should have heard. */
  Set<String> heardThoughUndone() {
    Set<String> both = new HashSet<>(undone);
    both.retainAll(heard);
    return both;
  }
}
