package dev.postern.proxy.server;

import dev.postern.api.SqlState;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.pool.Pools;
import dev.postern.proxy.session.Session;
import dev.postern.proxy.session.SessionRegistry;
import dev.postern.proxy.user.UserChange;
import dev.postern.proxy.user.UserStore;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * What a change in the store does to those who are in, or on their way: who may log in no more is
 * not served on either, and a password that was proved and counts no more lets nobody in.
 */
final class ChangedUsers implements Consumer<UserChange> {
  private final UserStore users;
  private final SessionRegistry registry;
  private final Pools pools;
  private final InstantSource clock;

  ChangedUsers(UserStore users, SessionRegistry registry, Pools pools, InstantSource clock) {
    this.users = users;
    this.registry = registry;
    this.pools = pools;
    this.clock = clock;
  }

  @Override
  public void accept(UserChange change) {
    if (change.kind() != UserChange.Kind.ADDED) {
      pools.retire(change.user());
    }
    switch (change.kind()) {
      case DISABLED -> shutOut(change.user(), "its user was disabled");
      case REMOVED -> shutOut(change.user(), "its user was removed");
      case PASSWORD_CHANGED -> {
        if (!oldPasswordCounts(change.user())) {
          registry.revokeLogins(change.user());
        }
      }
      case ADDED, SETTINGS_CHANGED, ENABLED, MAPPING_CHANGED -> {}
    }
  }

  private void shutOut(String user, String why) {
    // In this order: a login is under way until its session is among the others.
    registry.revokeLogins(user);
    for (Session session : registry.sessions()) {
      if (session.info().user().name().equals(user)) {
        session.end(
            CloseReason.KILLED,
            why,
            SqlState.ADMIN_SHUTDOWN,
            "terminating connection due to administrator command");
      }
    }
  }

  private boolean oldPasswordCounts(String name) {
    var now = clock.instant();
    return users.find(name).stream()
        .flatMap(user -> user.verifiers().stream().skip(1))
        .anyMatch(older -> older.isValidAt(now));
  }
}
