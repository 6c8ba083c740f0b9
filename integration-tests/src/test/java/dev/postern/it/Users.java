package dev.postern.it;

import dev.postern.proxy.user.NewVerifier;
import dev.postern.proxy.user.UserSettings;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.TestVerifiers;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds users with the usual password to a gateway's store. */
final class Users {
  private Users() {}

  static void add(RunningPostern postern, String name) {
    add(postern, name, UserSettings.UNLIMITED);
  }

  static void addDisabled(RunningPostern postern, String name) {
    add(postern, name);
    postern.users().setEnabled(name, false);
  }

  static void addValid(
      RunningPostern postern, String name, @Nullable Instant from, @Nullable Instant until) {
    add(postern, name, new UserSettings(from, until, Set.of(), 0));
  }

  static void addForDatabases(RunningPostern postern, String name, String... databases) {
    add(postern, name, new UserSettings(null, null, Set.of(databases), 0));
  }

  static void addWithSessions(RunningPostern postern, String name, int maxSessions) {
    add(postern, name, new UserSettings(null, null, Set.of(), maxSessions));
  }

  private static void add(RunningPostern postern, String name, UserSettings settings) {
    postern.users().add(name, NewVerifier.of(TestVerifiers.of(Gateways.PASSWORD)), settings);
  }
}
