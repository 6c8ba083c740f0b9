package dev.postern.proxy.cli;

import dev.postern.api.Secret;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.ImportOutcome;
import dev.postern.proxy.admin.ImportRequest;
import dev.postern.proxy.cli.Output.Columns;
import dev.postern.proxy.user.ForeignUser;
import dev.postern.proxy.user.PgAuthid;
import dev.postern.proxy.user.Userlist;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern user import}. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    description = {
      "Take users over, with the passwords that they have: from a userlist.txt of PgBouncer, from standard input in its"
          + " form, or from a PostgreSQL server. Users that log in with the verifier of their server need no password"
          + " there either.",
      "Exit codes: 0 every user has the password that is imported; 1 some were skipped, with the reason, and the"
          + " others were imported; 2 what is to be imported cannot be read; 3 there is no such file, or no user that"
          + " --user names, and nothing was imported. Roles of --server without a password are shown and count as"
          + " skipped only where --user names them, or where there are no others.",
    },
    footer = {
      "",
      "Where only a local superuser may read pg_authid:",
      "  psql -XAtc \"select format('\\\"%%s\\\" \\\"%%s\\\"', replace(rolname, '\\\"', '\\\"\\\"'), rolpassword)"
          + " from pg_authid where rolcanlogin and rolpassword <> ''\" | postern user import -"
    })
final class UserImportCommand extends AdminCommand {
  private static final Columns<ImportOutcome> COLUMNS =
      new Columns<ImportOutcome>()
          .add("USER", ImportOutcome::name)
          .add("RESULT", outcome -> outcome.result().name().toLowerCase(Locale.ROOT))
          .add("REASON", ImportOutcome::reason);

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Mixin
  private PasswordOptions password;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "A userlist.txt; - for standard input.")
  private @Nullable Path file;

  @Option(
      names = "--server",
      paramLabel = "HOST[:PORT]",
      description = "Read the roles of this PostgreSQL server that may log in.")
  private @Nullable String server;

  @Option(
      names = "--server-user",
      paramLabel = "ROLE",
      defaultValue = "postgres",
      description = "A superuser there; ${DEFAULT-VALUE} by default.")
  private String serverUser = "";

  @Option(
      names = "--server-database",
      paramLabel = "NAME",
      defaultValue = "postgres",
      description = "A database there; ${DEFAULT-VALUE} by default.")
  private String serverDatabase = "";

  @Option(
      names = "--sslmode",
      paramLabel = "MODE",
      description =
          "As in libpq. By default verify-full, or prefer where the server is this very machine.")
  private @Nullable String sslMode;

  @Option(
      names = "--sslrootcert",
      paramLabel = "FILE",
      description = "The authority that signed the server's certificate.")
  private @Nullable String sslRootCertificate;

  @Option(names = "--user", paramLabel = "NAME", description = "Only this user; repeat for more.")
  private @Nullable List<String> only;

  @Option(names = "--replace", description = "Give users that exist the password that is imported.")
  private boolean replace;

  @Override
  ExitCode run() throws IOException {
    List<ForeignUser> all = read();
    List<ForeignUser> users =
        all.stream().filter(user -> only == null || only.contains(user.name())).toList();
    try {
      refuseUnknown(users);
      return withUsers(
          operations -> {
            List<ImportOutcome> outcomes =
                operations.importUsers(new ImportRequest(users, replace));
            output().table(outcomes, COLUMNS);
            return isWhole(users, outcomes) ? ExitCode.OK : ExitCode.FAILURE;
          });
    } finally {
      all.forEach(user -> user.secret().close());
    }
  }

  /**
   * Whether all that could be imported was, and anything at all. Of all roles of a server, those
   * without a password have nothing to import.
   */
  private boolean isWhole(List<ForeignUser> users, List<ImportOutcome> outcomes) {
    boolean any = false;
    for (int i = 0; i < outcomes.size(); i++) {
      boolean skipped = outcomes.get(i).result() == ImportOutcome.Result.SKIPPED;
      boolean asked = server == null || only != null || !users.get(i).secret().isEmpty();
      if (skipped && asked) {
        return false;
      }
      any |= !skipped;
    }
    return any;
  }

  /** Whoever is named has to be there. */
  private void refuseUnknown(List<ForeignUser> users) {
    for (String name : only == null ? List.<String>of() : only) {
      if (users.stream().noneMatch(user -> user.name().equals(name))) {
        throw AdminException.notFound("nothing imported: no user " + name + " to import there");
      }
    }
  }

  private List<ForeignUser> read() throws IOException {
    if (server != null && file == null) {
      return readServer(ServerAddress.parse(server));
    }
    if (server != null || file == null) {
      throw AdminException.invalid("expected: either a file, - or --server");
    }
    if (file.toString().equals("-")) {
      return Userlist.read(password.input());
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Userlist.read(in);
    } catch (NoSuchFileException e) {
      throw AdminException.notFound("no such file: " + file);
    }
  }

  private List<ForeignUser> readServer(ServerAddress address) throws IOException {
    String mode = sslMode != null ? sslMode : address.isLocal() ? "prefer" : "verify-full";
    try (Secret secret = password.password(serverUser + " on " + address.host())) {
      return PgAuthid.read(
          new PgAuthid.Server(
              address.host(), address.port(), serverDatabase, serverUser, mode, sslRootCertificate),
          secret);
    }
  }

  /** A server's place on the command line. */
  private record ServerAddress(String host, int port) {
    private static final int DEFAULT_PORT = 5432;

    static ServerAddress parse(String text) {
      int colon = text.lastIndexOf(':');
      boolean hasPort = colon >= 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
      try {
        String host = hasPort ? text.substring(0, colon) : text;
        int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : DEFAULT_PORT;
        return new ServerAddress(host, port);
      } catch (NumberFormatException e) {
        throw AdminException.invalid(
            "--server: \"%s\" (expected: HOST or HOST:PORT)".formatted(text));
      }
    }

    boolean isLocal() {
      return List.of("localhost", "127.0.0.1", "::1", "[::1]").contains(host);
    }
  }
}
