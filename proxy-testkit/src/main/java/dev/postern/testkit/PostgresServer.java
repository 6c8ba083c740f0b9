package dev.postern.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on a free port of the loopback interface, from the embedded binaries;
 * runs as root too. Its superuser {@value #SUPERUSER} is trusted from this machine, so that a test
 * can always look at what happened. Safe for use by many threads, except for {@link #stop}, {@link
 * #stopImmediately}, {@link #kill}, {@link #restart} and {@link #close}.
 *
 * <p>{@link #shared()} gives one server for the whole JVM, which is fast; a test that changes the
 * server's settings, stops it or counts its connections starts its own with {@link #builder()} and
 * closes it.
 */
public final class PostgresServer implements AutoCloseable {
  /**
   * The role that needs no password on 127.0.0.1 and ::1, neither for databases nor for
   * replication.
   */
  public static final String SUPERUSER = "postgres";

  /** How long a server may take to start on a busy machine. */
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final int version;
  private final Map<String, String> settings;
  private final List<String> hba;
  private final @Nullable TestCertificate certificate;
  private final @Nullable TestCertificate clientAuthority;
  private final Path directory;
  private final Path data;
  private final Thread cleaner = new Thread(this::discard, "postgres-cleaner");
  private int port;
  private @Nullable EmbeddedPostgres running;

  private PostgresServer(PostgresServerBuilder builder) throws IOException {
    version = builder.version;
    settings = Map.copyOf(builder.settings);
    hba = List.copyOf(builder.hba);
    certificate = builder.certificate;
    clientAuthority = builder.clientAuthority;
    directory = Files.createTempDirectory("postern-postgres");
    data = directory.resolve("data");
  }

  /** Starts what the builder says. */
  static PostgresServer start(PostgresServerBuilder builder) {
    try {
      PostgresServer server = new PostgresServer(builder);
      server.launch();
      Runtime.getRuntime().addShutdownHook(server.cleaner);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL " + builder.version + " did not start", e);
    }
  }

  /**
   * The JVM's own server of the default version; never closed by a test. Its roles and databases
   * are seen by all tests.
   */
  public static PostgresServer shared() {
    return shared(PostgresBinaries.defaultVersion());
  }

  /**
   * The JVM's own server of a major version, with the default settings and {@code scram-sha-256}
   * for all roles but the superuser.
   *
   * @param version one of {@link #versions()}
   */
  public static PostgresServer shared(int version) {
    return SharedServers.of(version);
  }

  /** For a server of the default version. */
  public static PostgresServerBuilder builder() {
    return builder(PostgresBinaries.defaultVersion());
  }

  /**
   * For a server of a major version.
   *
   * @param version one of {@link #versions()}
   */
  public static PostgresServerBuilder builder(int version) {
    return new PostgresServerBuilder(version);
  }

  /**
   * The major versions whose binaries are on the class path, or in the directory named by the
   * system property {@value PostgresBinaries#DIRECTORY}; ascending.
   */
  public static List<Integer> versions() {
    return PostgresBinaries.versions();
  }

  public int version() {
    return version;
  }

  /** An address that certificates for 127.0.0.1 fit. */
  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(host(), port);
  }

  /** A connection as the superuser to the database {@code postgres}; the caller closes it. */
  public Connection superuser() throws SQLException {
    return superuser("postgres");
  }

  /** A connection as the superuser; the caller closes it. */
  public Connection superuser(String database) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", SUPERUSER);
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host(), port, database), properties);
  }

  /** Runs statements as the superuser, each in a transaction of its own. */
  public void execute(String... statements) {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  /** The first column of each row, as the superuser sees it in the database {@code postgres}. */
  public List<@Nullable String> query(String sql) {
    try (Connection connection = superuser();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<@Nullable String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + e.getMessage(), e);
    }
  }

  /** The first column of the only row; not null. */
  public String queryOne(String sql) {
    List<@Nullable String> values = query(sql);
    String value = values.size() == 1 ? values.getFirst() : null;
    if (value == null) {
      throw new IllegalStateException("%s gave %s (expected: one value)".formatted(sql, values));
    }
    return value;
  }

  /**
   * Creates a role that may log in, or gives it this password; the verifier is made as {@code
   * password_encryption} says.
   */
  public void createRole(String name, String password) {
    String exists = queryOne("SELECT count(*) FROM pg_roles WHERE rolname = " + literal(name));
    String verb = exists.equals("0") ? "CREATE" : "ALTER";
    execute(verb + " ROLE " + identifier(name) + " LOGIN PASSWORD " + literal(password));
  }

  /** Creates a database that belongs to a role, unless there is one of this name. */
  public void createDatabase(String name, String owner) {
    if (queryOne("SELECT count(*) FROM pg_database WHERE datname = " + literal(name)).equals("0")) {
      execute("CREATE DATABASE " + identifier(name) + " OWNER " + identifier(owner));
    }
  }

  /** What {@code pg_authid.rolpassword} holds for a role. */
  public String verifierOf(String role) {
    return queryOne("SELECT rolpassword FROM pg_authid WHERE rolname = " + literal(role));
  }

  /** Everything that the server has written to its log. */
  public String log() {
    try {
      return Files.readString(directory.resolve("server.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kills one backend process without a warning, as a crash would. The server then restarts all of
   * its sessions.
   */
  public void killBackend(long pid) {
    ProcessHandle.of(pid)
        .orElseThrow(() -> new IllegalStateException("no process " + pid))
        .destroyForcibly();
  }

  /** Kills the server without a warning; {@link #restart} brings it back. */
  public void kill() {
    ProcessHandle postmaster = postmaster();
    List<ProcessHandle> children = postmaster.children().toList();
    postmaster.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    await(postmaster);
    children.forEach(PostgresServer::await);
    forget();
  }

  /**
   * Shuts the server down immediately ({@code pg_ctl stop -m immediate}): its sessions are told and
   * dropped, nothing is written any more, and the next start recovers; {@link #restart} brings it
   * back.
   */
  public void stopImmediately() {
    ProcessHandle postmaster = postmaster();
    List<ProcessHandle> children = postmaster.children().toList();
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    await(postmaster);
    children.forEach(PostgresServer::await);
    forget();
  }

  /**
   * Stops the server in an orderly way, ending all of its sessions; {@link #restart} brings it
   * back.
   */
  public void stop() {
    EmbeddedPostgres server = running;
    running = null;
    if (server != null) {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Starts the server again on the same port and data, stopping it first if it runs. */
  public void restart() {
    stop();
    try {
      launch();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL " + version + " did not start again", e);
    }
  }

  /** Stops the server and removes its files. */
  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(cleaner);
    discard();
  }

  /** Quotes a name for SQL. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** Quotes a value for SQL. */
  public static String literal(String value) {
    return '\'' + value.replace("'", "''") + '\'';
  }

  private void launch() throws IOException {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPgBinaryResolver(PostgresBinaries.of(version))
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPGStartupWait(START_LIMIT)
            .setOutputRedirector(
                ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile()))
            .setErrorRedirector(
                ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile()))
            .setLocaleConfig("locale", "C")
            .setPort(port)
            .setDataDirectoryCustomizer(ignored -> configure());
    settings.forEach(builder::setServerConfig);
    try {
      running = builder.start();
    } catch (IOException | RuntimeException e) {
      throw new IOException(Files.exists(directory.resolve("server.log")) ? log() : "no output", e);
    }
    port = running.getPort();
  }

  private void configure() {
    try {
      List<String> lines = new ArrayList<>();
      for (String address : List.of("127.0.0.1/32", "::1/128")) {
        lines.add("host all " + SUPERUSER + " " + address + " trust");
        lines.add("host replication " + SUPERUSER + " " + address + " trust");
      }
      lines.addAll(hba);
      Files.write(data.resolve("pg_hba.conf"), lines);
      if (certificate != null) {
        certificate.writeChain(data.resolve("server.crt"));
        certificate.writeKey(data.resolve("server.key"));
      }
      if (clientAuthority != null) {
        clientAuthority.writeChain(data.resolve("root.crt"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProcessHandle postmaster() {
    try {
      long pid =
          Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
      return ProcessHandle.of(pid)
          .orElseThrow(() -> new IllegalStateException("PostgreSQL does not run"));
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL does not run", e);
    }
  }

  private static void await(ProcessHandle process) {
    try {
      process.onExit().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("process " + process.pid() + " does not end", e);
    }
  }

  /**
   * Lets go of a server that is dead. Closing it would try to stop it, and log an error with a
   * stack trace; all that it still has is a lock on a file, which is in the next one's way.
   */
  private void forget() {
    running = null;
    try {
      Files.delete(data.resolve("epg-lock"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void discard() {
    try {
      stop();
    } finally {
      TemporaryFiles.delete(directory);
    }
  }
}
