package dev.postern.proxy.cli;

import dev.postern.proxy.admin.UserView;
import dev.postern.proxy.cli.Output.Columns;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code postern user …}. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    description = "Look after who may log in.",
    subcommands = {
      UserAdd.class,
      UserCommand.List_.class,
      UserCommand.Show.class,
      UserPasswd.class,
      UserChangeCommand.class,
      UserCommand.Disable.class,
      UserCommand.Enable.class,
      UserCommand.Remove.class,
      UserImportCommand.class,
      UserExport.class,
      UserIterations.class,
      MappingCommand.class
    })
final class UserCommand {
  private static final Columns<UserView> COLUMNS =
      new Columns<UserView>()
          .add("USER", UserView::name)
          .add("ENABLED", UserView::enabled)
          .add("FROM", UserView::validFrom)
          .add("UNTIL", UserView::validUntil)
          .add("PASSWORDS", user -> user.verifiers().size())
          .add("DATABASES", user -> user.databases().isEmpty() ? "all" : user.databases())
          .add("MAX SESSIONS", user -> maxSessions(user));

  private static final Columns<UserView> FACTS =
      new Columns<UserView>()
          .add("user", UserView::name)
          .add("enabled", UserView::enabled)
          .add("valid from", UserView::validFrom)
          .add("valid until", UserView::validUntil)
          .add("databases", user -> user.databases().isEmpty() ? "all" : user.databases())
          .add("max sessions", user -> maxSessions(user))
          .add("passwords", user -> passwords(user.verifiers()))
          .add("created", UserView::createdAt)
          .add("changed", UserView::changedAt);

  private static @Nullable Object maxSessions(UserView user) {
    return user.maxSessions() == 0 ? null : user.maxSessions();
  }

  private static List<String> passwords(List<UserView.Verifier> verifiers) {
    return verifiers.stream()
        .map(
            verifier ->
                "from %s until %s (SCRAM-SHA-256, %d iterations)"
                    .formatted(
                        verifier.validFrom() == null ? "ever" : Times.shown(verifier.validFrom()),
                        verifier.validUntil() == null ? "ever" : Times.shown(verifier.validUntil()),
                        verifier.iterations()))
        .toList();
  }

  /** {@code postern user list}. */
  @Command(name = "list", mixinStandardHelpOptions = true, description = "Show all users.")
  static final class List_ extends AdminCommand {
    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            output().table(users.list(), COLUMNS);
            return ExitCode.OK;
          });
    }
  }

  /** {@code postern user show}. */
  @Command(name = "show", mixinStandardHelpOptions = true, description = "Show one user.")
  static final class Show extends AdminCommand {
    @Parameters(paramLabel = "USER")
    private String name = "";

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            output().facts(users.show(name), FACTS);
            return ExitCode.OK;
          });
    }
  }

  /** {@code postern user disable}. */
  @Command(
      name = "disable",
      mixinStandardHelpOptions = true,
      description = "Refuse the user's logins, and keep it.")
  static final class Disable extends AdminCommand {
    @Parameters(paramLabel = "USER")
    private String name = "";

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            output().done(users.setEnabled(name, false), "disabled " + name);
            return ExitCode.OK;
          });
    }
  }

  /** {@code postern user enable}. */
  @Command(
      name = "enable",
      mixinStandardHelpOptions = true,
      description = "Let a disabled user log in again.")
  static final class Enable extends AdminCommand {
    @Parameters(paramLabel = "USER")
    private String name = "";

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            output().done(users.setEnabled(name, true), "enabled " + name);
            return ExitCode.OK;
          });
    }
  }

  /** {@code postern user remove}. */
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = "Forget a user and its backend mappings.")
  static final class Remove extends AdminCommand {
    @Parameters(paramLabel = "USER")
    private String name = "";

    private record Removed(String removed) {}

    @Override
    ExitCode run() throws IOException {
      return withUsers(
          users -> {
            users.remove(name);
            output().done(new Removed(name), "removed " + name);
            return ExitCode.OK;
          });
    }
  }
}
