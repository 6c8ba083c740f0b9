package dev.postern.it;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A way to break an installation.
 *
 * @param name what is broken
 * @param deed what breaks it
 * @param moments when it is found
 * @param told what the operator's message has in it
 */
record Breakage(String name, Deed deed, Set<Moment> moments, List<String> told) {
  /** When it may be found. */
  enum Moment {
    /** {@code postern config check}, which makes no instances. */
    CHECK,
    /** {@code postern run}. */
    START,
    /** {@code postern plugin reload}, which leaves the directory of plugins as it is. */
    RELOAD
  }

  /** Breaks it. */
  @FunctionalInterface
  interface Deed {
    void to(BreakableInstallation installation) throws Exception;
  }

  static Breakage of(String name, Deed deed, String... told) {
    return new Breakage(name, deed, EnumSet.allOf(Moment.class), List.of(told));
  }

  /** Of what only shows when instances are made. */
  static Breakage later(String name, Deed deed, String... told) {
    return new Breakage(name, deed, EnumSet.of(Moment.START, Moment.RELOAD), List.of(told));
  }

  /** Of the directory of plugins, which is chosen at the start. */
  static Breakage atStart(String name, Deed deed, String... told) {
    return new Breakage(name, deed, EnumSet.of(Moment.CHECK, Moment.START), List.of(told));
  }

  boolean seenBy(Moment moment) {
    return moments.contains(moment);
  }

  @Override
  public String toString() {
    return name;
  }
}
