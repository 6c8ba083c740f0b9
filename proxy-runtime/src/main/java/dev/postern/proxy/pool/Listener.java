package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;
import java.util.List;

/** Who listens to channels through the connection of its pool. Called on its own event loop. */
public interface Listener {
  /** Any thread. */
  EventLoop eventLoop();

  /**
   * Notifications on channels that were retained, in order; after their release, too, for a moment.
   *
   * @param notifications among them {@link Notification#MISSED} where some may be missing
   */
  void notified(List<Notification> notifications);
}
