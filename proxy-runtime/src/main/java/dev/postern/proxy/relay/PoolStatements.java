package dev.postern.proxy.relay;

import dev.postern.proxy.pool.ServerParameters;
import dev.postern.proxy.pool.Statement;
import dev.postern.proxy.pool.Statements;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The statements of a pool, as one of its clients means their texts. */
final class PoolStatements {
  /** What a server makes of literals when it parses them, and not when it carries them out. */
  private static final List<String> OF_LITERALS =
      List.of(
          "client_encoding",
          "standard_conforming_strings",
          "DateStyle",
          "IntervalStyle",
          "TimeZone");

  /** What a text means; equal for clients that can share it. */
  private record Scope(String searchPath, List<String> literals) {
    static Scope of(Map<String, String> settings) {
      return new Scope(
          settings.getOrDefault("search_path", ""),
          OF_LITERALS.stream().map(name -> settings.getOrDefault(name, "")).toList());
    }
  }

  private final Restoring restoring;
  private final Statements statements;
  private final Pins pins;
  private final ToIntFunction<byte[]> effects;

  /** Of a client that is tied to its backend: its texts can mean something else. */
  private @Nullable Object ownScope;

  /** Those of which {@link #lastScope} was made. */
  private @Nullable ServerParameters lastSettings;

  private Scope lastScope = Scope.of(Map.of());

  PoolStatements(Restoring restoring, Statements statements, PoolRules rules, Pins pins) {
    this.restoring = restoring;
    this.statements = statements;
    this.pins = pins;
    effects = rules::effectsOf;
  }

  /**
   * The statement with this text.
   *
   * @param body of a Parse message behind the name; taken over
   */
  Statement of(byte[] body) {
    return statements.of(body, scope(), effects);
  }

  /**
   * What stands for a statement where it has to be prepared again: itself, or where the client's
   * settings have changed since its Parse, another one with its text. Whoever shares the first
   * would find in it what this client's settings make of its literals.
   */
  Statement again(Statement statement) {
    Object now = scope();
    if (now.equals(statement.scope()) || Objects.equals(statement.scope(), ownScope)) {
      return statement;
    }
    boolean namesMeanTheSame =
        now instanceof Scope(String path, List<String> _)
            && statement.scope() instanceof Scope(String before, List<String> _)
            && path.equals(before);
    if (namesMeanTheSame) {
      Statement fresh = statements.of(statement.body(), now, effects);
      if (fresh.describeAs(statement)) {
        return fresh;
      }
    }
    // What the client was told of it may be wrong now, and that is nobody else's matter.
    Statement own = statements.of(statement.body(), own(), effects);
    own.describeAs(statement);
    return own;
  }

  /** Whoever prepares its text from now on gets a new statement. */
  void forget(Statement statement) {
    statements.forget(statement);
  }

  /** Equal for clients for whom a text means the same. */
  private Object scope() {
    return pins.isEmpty() && !pins.areReportsUncertain() ? shared() : own();
  }

  private Object own() {
    Object own = ownScope;
    if (own == null) {
      own = new Object();
      ownScope = own;
    }
    return own;
  }

  private Scope shared() {
    ServerParameters settings = restoring.settings();
    if (!Objects.equals(settings, lastSettings)) {
      lastSettings = settings;
      lastScope = Scope.of(settings.values());
    }
    return lastScope;
  }
}
