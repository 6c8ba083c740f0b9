package dev.postern.plugins.ldap;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Connections that nobody uses at the moment, the newest on top. Safe for use by many threads. */
final class IdleLinks {
  private final LimitsConfig limits;
  private final Deque<Link> idle = new ArrayDeque<>();
  private boolean closed;

  IdleLinks(LimitsConfig limits) {
    this.limits = limits;
  }

  /** One that may be used, or {@code null}. Whoever takes it gives it back or closes it. */
  @Nullable Link take() {
    closeExpired();
    synchronized (this) {
      return idle.pollFirst();
    }
  }

  /** Keeps it for the next login, or closes it where there are enough. */
  void give(Link link) {
    link.rest();
    boolean kept;
    synchronized (this) {
      kept = !closed && idle.size() < limits.effectiveIdleConnections();
      if (kept) {
        idle.addFirst(link);
      }
    }
    if (!kept) {
      link.close();
    }
  }

  /** Closes those that were not used for long, or have grown old. */
  void closeExpired() {
    List<Link> expired = new ArrayList<>();
    synchronized (this) {
      idle.removeIf(link -> !link.isUsable(limits) && expired.add(link));
    }
    expired.forEach(Link::close);
  }

  void closeAll() {
    List<Link> all;
    synchronized (this) {
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(Link::close);
  }

  /** Closes all, and those that are in use when they come back. */
  void shut() {
    synchronized (this) {
      closed = true;
    }
    closeAll();
  }
}
