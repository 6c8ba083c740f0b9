package dev.postern.plugins.ldap;

import java.time.Duration;

/**
 * Whether a server answers. One that did not is asked only after the others, for a time that
 * doubles with every failure; one that refused the account is not asked at all for a while, so that
 * the account is not locked for it. Times are {@link System#nanoTime()}. Safe for use by many
 * threads.
 */
final class Health {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  static final Duration AFTER_REFUSAL = Duration.ofSeconds(30);

  /** In which order servers are asked. */
  enum State {
    UP,
    /** Asked if no other server answers. */
    DOWN,
    /** Not to be asked. */
    REFUSING
  }

  private State state = State.UP;
  private Duration wait = Duration.ZERO;
  private long until;

  /** A server is up again, to be tried like the others, when its time is over. */
  synchronized State at(long now) {
    return state != State.UP && now - until >= 0 ? State.UP : state;
  }

  /** Returns whether that is news. */
  synchronized boolean failed(long now, boolean accountRefused) {
    boolean news = state == State.UP || accountRefused != (state == State.REFUSING);
    Duration twice = wait.multipliedBy(2);
    if (accountRefused) {
      wait = AFTER_REFUSAL;
    } else if (twice.isZero()) {
      wait = FIRST;
    } else {
      wait = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
    state = accountRefused ? State.REFUSING : State.DOWN;
    until = now + wait.toNanos();
    return news;
  }

  /** Returns whether that is news. */
  synchronized boolean answered() {
    boolean news = state != State.UP;
    state = State.UP;
    wait = Duration.ZERO;
    return news;
  }
}
