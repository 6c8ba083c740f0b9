package dev.postern.distribution;

import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ./quickstart} does once everything is built: a server, a user, a gateway, and a login
 * and a query through it. Takes the zip, {@code --check} or not, and {@code --backend HOST:PORT}.
 */
final class Quickstart {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int USUAL_PORT = 6432;

  private final Arguments arguments;
  private final PrintStream out;
  private final Path directory;
  private @Nullable PostgresServer server;
  private @Nullable Gateway gateway;

  private Quickstart(Arguments arguments, PrintStream out) throws IOException {
    this.arguments = arguments;
    this.out = out;
    directory = Files.createTempDirectory("postern-quickstart");
  }

  /** Prints what it does; ends with 0 if a client got through, else with 1. */
  @SuppressWarnings("SystemOut")
  public static void main(String[] words) throws IOException {
    Arguments arguments;
    try {
      arguments = Arguments.parse(words);
    } catch (IllegalArgumentException e) {
      System.err.println("quickstart: " + e.getMessage());
      System.exit(2);
      return;
    }
    Quickstart quickstart = new Quickstart(arguments, System.out);
    Thread cleaner = new Thread(quickstart::cleanUp, "clean-up");
    Runtime.getRuntime().addShutdownHook(cleaner);
    System.exit(quickstart.run());
  }

  private int run() {
    try {
      step(1, "unpacking " + arguments.zip().getFileName());
      Installation postern = Installation.unpack(arguments.zip(), directory);
      Backend backend = backend(postern);
      int port = Installation.freePort(USUAL_PORT);
      step(4, "starting Postern on port " + port);
      postern.connect(port, backend.host(), backend.port());
      gateway = postern.run(directory.resolve("postern.log"));
      gateway.awaitListening(port, LIMIT);
      Client client =
          new Client(
              port, backend.database(), backend.user(), backend.password(), postern.certificate());
      step(5, "logging in through it: SCRAM-SHA-256, TLS with verify-full, channel binding");
      out.println("      " + client.query("SELECT current_user || ' sees ' || version()"));
      if (arguments.check()) {
        out.println("It works.");
        return 0;
      }
      show(postern, client);
      new CountDownLatch(1).await();
      return 0;
    } catch (InterruptedException e) {
      return 1;
    } catch (Exception e) {
      out.println();
      out.println("It does not work: " + e.getMessage());
      showLog();
      return 1;
    }
  }

  private Backend backend(Installation postern) throws IOException, InterruptedException {
    if (arguments.backend() != null) {
      Backend backend = arguments.backend();
      step(2, "taking the PostgreSQL on " + backend.host() + ":" + backend.port());
      step(3, "adding the user " + backend.user());
      postern.command(backend.password() + "\n", "user", "add", backend.user(), "--password-stdin");
      Path password = postern.home().resolve("conf/backend-password");
      Files.createFile(
          password,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(password, backend.password());
      postern.configure(
          "        backends:\n",
          "        login:\n          password:\n            file: conf/backend-password\n        backends:\n");
      return backend;
    }
    step(2, "starting a PostgreSQL");
    server = PostgresServer.builder().start();
    step(3, "adding the user quickstart");
    QuickUser user = QuickUser.create(postern, server, "quickstart");
    return new Backend(server.host(), server.port(), user.name(), user.name(), user.password());
  }

  private void show(Installation postern, Client client) {
    out.println(
        """

        Postern serves. In another terminal:

          PGPASSWORD=%s psql "%s"

          %s&channelBinding=require   (user %s, password %s)

          %s user list

        Its configuration is %s,
        its log %s.
        Ctrl-C ends it and removes all of this."""
            .formatted(
                client.password(),
                client.conninfo(),
                client.jdbcUrl(),
                client.user(),
                client.password(),
                postern.home().resolve("bin/postern"),
                postern.configuration(),
                directory.resolve("postern.log")));
  }

  private void showLog() {
    try {
      if (gateway != null) {
        out.println("postern run printed:\n" + gateway.log());
      }
    } catch (IOException e) {
      out.println("(no log: " + e.getMessage() + ")");
    }
  }

  private void cleanUp() {
    try {
      if (gateway != null) {
        gateway.stop(Duration.ofSeconds(10));
      }
      if (server != null) {
        server.stop();
      }
      Directories.delete(directory);
    } catch (InterruptedException | IOException e) {
      out.println("Left behind: " + directory + " (" + e.getMessage() + ")");
    }
  }

  private void step(int number, String what) {
    out.printf("[%d/5] %s%n", number, what);
  }

  /** Where sessions go, and as whom. */
  private record Backend(String host, int port, String user, String database, String password) {
    /** The address is given, the rest is in libpq's variables. */
    static Backend parse(String address) {
      int colon = address.lastIndexOf(':');
      if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}")) {
        throw new IllegalArgumentException("--backend " + address + " (expected: HOST:PORT)");
      }
      String user = variable("PGUSER");
      return new Backend(
          address.substring(0, colon),
          Integer.parseInt(address.substring(colon + 1)),
          user,
          System.getenv().getOrDefault("PGDATABASE", user),
          variable("PGPASSWORD"));
    }

    private static String variable(String name) {
      String value = System.getenv(name);
      if (value == null || value.isEmpty()) {
        throw new IllegalArgumentException(
            "--backend needs a role of that server in PGUSER and PGPASSWORD, and if the database"
                + " has another name than the role, PGDATABASE ("
                + name
                + " is not set)");
      }
      return value;
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  private record Arguments(Path zip, boolean check, @Nullable Backend backend) {
    static Arguments parse(String[] words) {
      boolean check = false;
      Backend backend = null;
      for (int i = 1; i < words.length; i++) {
        switch (words[i]) {
          case "--check" -> check = true;
          case "--backend" -> backend = Backend.parse(i + 1 < words.length ? words[++i] : "");
          default -> throw new IllegalArgumentException("unknown: " + words[i]);
        }
      }
      return new Arguments(Path.of(words[0]), check, backend);
    }
  }
}
