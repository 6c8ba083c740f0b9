package dev.postern.plugins.staticroutes;

import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Pooling.Mode;
import dev.postern.api.routing.Pooling.SessionState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the server connections of a route are shared, in the words of {@link Pooling}. What is {@code
 * null} is as in the {@code pool} section of the plugin, and where that has nothing either, as
 * {@link Pooling} has it for the mode.
 */
public record PoolConfig(
    @Nullable Mode mode,
    @Nullable Integer size,
    @Nullable Integer minimum,
    @Nullable Integer reserve,
    @Nullable Duration reserveAfter,
    @Nullable Duration waitTimeout,
    @Nullable Duration idleTimeout,
    @Nullable Duration lifetime,
    @Nullable Duration checkAfter,
    @Nullable Duration idleInTransactionTimeout,
    @Nullable SessionState sessionState,
    @Nullable Integer preparedStatements) {
  private static final PoolConfig UNSET =
      new PoolConfig(null, null, null, null, null, null, null, null, null, null, null, null);

  public PoolConfig {
    atLeast("size", size, 0);
    atLeast("minimum", minimum, 0);
    atLeast("reserve", reserve, 0);
    atLeast("prepared-statements", preparedStatements, 1);
    notNegative("reserve-after", reserveAfter);
    notNegative("wait-timeout", waitTimeout);
    notNegative("idle-timeout", idleTimeout);
    notNegative("lifetime", lifetime);
    notNegative("check-after", checkAfter);
    notNegative("idle-in-transaction-timeout", idleInTransactionTimeout);
  }

  /**
   * What a route and the plugin say together; the route's keys come first.
   *
   * @throws IllegalArgumentException if they do not fit together; the message begins with the key
   */
  static Pooling pooling(@Nullable PoolConfig route, @Nullable PoolConfig plugin) {
    PoolConfig own = route == null ? UNSET : route;
    return own.or(plugin == null ? UNSET : plugin).toPooling();
  }

  private PoolConfig or(PoolConfig other) {
    return new PoolConfig(
        either(mode, other.mode),
        either(size, other.size),
        either(minimum, other.minimum),
        either(reserve, other.reserve),
        either(reserveAfter, other.reserveAfter),
        either(waitTimeout, other.waitTimeout),
        either(idleTimeout, other.idleTimeout),
        either(lifetime, other.lifetime),
        either(checkAfter, other.checkAfter),
        either(idleInTransactionTimeout, other.idleInTransactionTimeout),
        either(sessionState, other.sessionState),
        either(preparedStatements, other.preparedStatements));
  }

  private Pooling toPooling() {
    Pooling usual = usual(mode == null ? Mode.SESSION : mode);
    int most = given(size, usual.size());
    int kept = given(minimum, usual.minimum());
    if (most > 0 && kept > most) {
      throw new IllegalArgumentException(
          "minimum: %d (expected: at most the size, %d)".formatted(kept, most));
    }
    return new Pooling(
        usual.mode(),
        most,
        kept,
        given(reserve, usual.reserve()),
        given(reserveAfter, usual.reserveAfter()),
        given(waitTimeout, usual.waitTimeout()),
        given(idleTimeout, usual.idleTimeout()),
        given(lifetime, usual.lifetime()),
        given(checkAfter, usual.checkAfter()),
        given(idleInTransactionTimeout, usual.idleInTransactionTimeout()),
        given(sessionState, usual.sessionState()),
        given(preparedStatements, usual.preparedStatements()));
  }

  private static Pooling usual(Mode mode) {
    return switch (mode) {
      case DEDICATED -> Pooling.DEDICATED;
      case SESSION -> Pooling.SESSION;
      case TRANSACTION, STATEMENT -> Pooling.TRANSACTION.withMode(mode);
    };
  }

  private static <T> @Nullable T either(@Nullable T first, @Nullable T second) {
    return first == null ? second : first;
  }

  private static <T> T given(@Nullable T value, T usual) {
    return value == null ? usual : value;
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
