package dev.postern.plugins.limits;

import java.util.ArrayList;
import java.util.List;

/** The places that a session holds among what runs at once. Guarded by its session. */
final class Places {
  private final Service service;
  private final List<Share> held = new ArrayList<>(2);

  Places(Service service) {
    this.service = service;
  }

  void add(Share share) {
    held.add(share);
  }

  /** Another limit has refused the statement. */
  void undo(Share share) {
    if (share.undo()) {
      held.remove(share);
      leave(share);
    }
  }

  /** Everything up to this number has ended. */
  void leave(long answered) {
    for (int i = held.size() - 1; i >= 0; i--) {
      Share share = held.get(i);
      if (share.heldUntil <= answered) {
        held.remove(i);
        share.heldUntil = 0;
        leave(share);
      }
    }
  }

  private void leave(Share share) {
    if (share.bucket.leave()) {
      service.wake(share.bucket);
    }
  }
}
