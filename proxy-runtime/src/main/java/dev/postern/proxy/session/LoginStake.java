package dev.postern.proxy.session;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What a login has taken of what all share, and gives back if it comes to no session, whoever ends
 * it: its own thread, or others where that does not come back. Safe for use by many threads.
 */
final class LoginStake {
  private final Deque<Runnable> held = new ArrayDeque<>();
  private boolean over;

  /**
   * From now on this has to be given back; it is at once where the rest was already.
   *
   * @throws InterruptedException if so: the login was given up
   */
  void hold(Runnable release) throws InterruptedException {
    synchronized (this) {
      if (!over) {
        held.push(release);
        return;
      }
    }
    release.run();
    throw new InterruptedException("the login was given up");
  }

  /** Gives all back, the last first. Further calls do nothing. */
  void giveBack() {
    Runnable release;
    while ((release = next()) != null) {
      release.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    over = true;
    return held.poll();
  }
}
