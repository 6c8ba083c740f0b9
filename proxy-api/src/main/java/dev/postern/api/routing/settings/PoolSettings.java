package dev.postern.api.routing.settings;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.Mode;
import dev.postern.api.routing.Pooling.SessionState;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the server connections of a route are shared, in the words of {@link Pooling}. What is {@code
 * null} is as in the settings for all routes, and where these have nothing either, as {@link
 * Pooling} has it for the mode. Numbers of connections are 0 or more, with 0 for no limit where
 * {@link Pooling} has one; times are 0 or more.
 */
public record PoolSettings(
    @Nullable Mode mode,
    @Nullable Integer size,
    @Nullable Integer minimum,
    @Nullable Integer reserve,
    @Nullable Duration reserveAfter,
    @Nullable Integer connectionsPerDatabase,
    @Nullable Integer connectionsPerRole,
    @Nullable Duration waitTimeout,
    @Nullable Duration idleTimeout,
    @Nullable Duration lifetime,
    @Nullable Duration checkAfter,
    @Nullable Duration idleInTransactionTimeout,
    @Nullable SessionState sessionState,
    @Nullable Boolean noticeOnPin,
    @Nullable Integer preparedStatements) {
  public PoolSettings {
    atLeast("size", size, 0);
    atLeast("minimum", minimum, 0);
    atLeast("reserve", reserve, 0);
    atLeast("connections-per-database", connectionsPerDatabase, 0);
    atLeast("connections-per-role", connectionsPerRole, 0);
    atLeast("prepared-statements", preparedStatements, 1);
    notNegative("reserve-after", reserveAfter);
    notNegative("wait-timeout", waitTimeout);
    notNegative("idle-timeout", idleTimeout);
    notNegative("lifetime", lifetime);
    notNegative("check-after", checkAfter);
    notNegative("idle-in-transaction-timeout", idleInTransactionTimeout);
  }

  /**
   * What the settings of a route and those for all routes say together; the route's come first.
   *
   * @throws IllegalArgumentException if they do not fit together; the message begins with the key
   */
  public static Pooling pooling(@Nullable PoolSettings route, @Nullable PoolSettings plugin) {
    Mode mode = modeOf(route, modeOf(plugin, Mode.SESSION));
    return usual(mode)
        .with(
            pool -> {
              if (plugin != null) {
                plugin.applyTo(pool);
              }
              if (route != null) {
                route.applyTo(pool);
              }
            });
  }

  private static Mode modeOf(@Nullable PoolSettings config, Mode otherwise) {
    return config == null || config.mode == null ? otherwise : config.mode;
  }

  /** Sets what is written, but for the mode, which gives the others their defaults. */
  private void applyTo(Pooling.Settings pool) {
    set(size, pool::size);
    set(minimum, pool::minimum);
    set(reserve, pool::reserve);
    set(reserveAfter, pool::reserveAfter);
    set(connectionsPerDatabase, pool::connectionsPerDatabase);
    set(connectionsPerRole, pool::connectionsPerRole);
    set(waitTimeout, pool::waitTimeout);
    set(idleTimeout, pool::idleTimeout);
    set(lifetime, pool::lifetime);
    set(checkAfter, pool::checkAfter);
    set(idleInTransactionTimeout, pool::idleInTransactionTimeout);
    set(sessionState, pool::sessionState);
    set(noticeOnPin, pool::noticeOnPin);
    set(preparedStatements, pool::preparedStatements);
  }

  private static Pooling usual(Mode mode) {
    return switch (mode) {
      case DEDICATED -> Pooling.DEDICATED;
      case SESSION -> Pooling.SESSION;
      case TRANSACTION, STATEMENT -> Pooling.TRANSACTION.with(pool -> pool.mode(mode));
    };
  }

  private static <T> void set(@Nullable T value, Consumer<T> setting) {
    if (value != null) {
      setting.accept(value);
    }
  }

  private static void atLeast(String name, @Nullable Integer value, int least) {
    if (value != null && value < least) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + " or more)");
    }
  }

  private static void notNegative(String name, @Nullable Duration value) {
    if (value != null && value.isNegative()) {
      throw new IllegalArgumentException(name + ": negative (expected: 0s or more)");
    }
  }
}
