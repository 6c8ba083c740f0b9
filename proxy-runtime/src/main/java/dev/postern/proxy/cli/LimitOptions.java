package dev.postern.proxy.cli;

import dev.postern.proxy.user.UserSettings;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of a user besides its password. */
final class LimitOptions {
  @Option(
      names = "--valid-from",
      paramLabel = "TIME",
      converter = Times.OfInstant.class,
      description = "Refuse logins before this time.")
  private @Nullable Instant validFrom;

  @Option(
      names = "--valid-until",
      paramLabel = "TIME",
      converter = Times.OfInstant.class,
      description = "Refuse logins from this time on.")
  private @Nullable Instant validUntil;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "A database that the user may ask for; repeat for more. None: all.")
  private @Nullable List<String> databases;

  @Option(
      names = "--max-sessions",
      paramLabel = "COUNT",
      description = "How many sessions the user may hold at once; 0: no limit.")
  private @Nullable Integer maxSessions;

  boolean anyGiven() {
    return validFrom != null || validUntil != null || databases != null || maxSessions != null;
  }

  /** What is given, and for the rest what there is. */
  UserSettings over(UserSettings current) {
    return new UserSettings(
        validFrom == null ? current.validFrom() : validFrom,
        validUntil == null ? current.validUntil() : validUntil,
        databases == null ? current.databases() : Set.copyOf(databases),
        maxSessions == null ? current.maxSessions() : maxSessions);
  }
}
