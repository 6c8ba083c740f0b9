package dev.postern.proxy.cli;

import dev.postern.api.Secret;
import dev.postern.proxy.admin.NewPassword;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern user passwd}. */
@Command(
    name = "passwd",
    mixinStandardHelpOptions = true,
    description = "Give a user a new password; with an overlap, the current one counts on for it.")
final class UserPasswd extends AdminCommand {
  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private PasswordOptions password;

  @Parameters(paramLabel = "USER")
  private String name = "";

  @Option(
      names = "--verifier-stdin",
      description =
          "Read a verifier in PostgreSQL's form (SCRAM-SHA-256$...) from the first line of standard input.")
  private boolean verifier;

  @Option(
      names = "--overlap",
      paramLabel = "DURATION",
      converter = Times.OfDuration.class,
      description = "How long the current password counts beside the new one: 30s, 5m, 12h, 7d.")
  private @Nullable Duration overlap;

  @Option(
      names = "--valid-from",
      paramLabel = "TIME",
      converter = Times.OfInstant.class,
      description = "When the new password begins to count.")
  private @Nullable Instant validFrom;

  @Option(
      names = "--valid-until",
      paramLabel = "TIME",
      converter = Times.OfInstant.class,
      description = "When the new password ends to count.")
  private @Nullable Instant validUntil;

  @Override
  ExitCode run() throws IOException {
    try (Secret secret = verifier ? password.firstLine() : password.newPassword(name)) {
      NewPassword replacement =
          verifier
              ? new NewPassword(null, secret, validFrom, validUntil, overlap)
              : new NewPassword(secret, null, validFrom, validUntil, overlap);
      return withUsers(
          users -> {
            output().done(users.setPassword(name, replacement), "changed the password of " + name);
            return ExitCode.OK;
          });
    }
  }
}
