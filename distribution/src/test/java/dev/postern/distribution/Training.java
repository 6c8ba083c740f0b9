package dev.postern.distribution;

import dev.postern.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Lets the JVM watch a gateway that serves real clients, and keep what it saw: the cache of loaded
 * and linked classes that the start script uses with the bundled runtime, and the list of classes
 * from which it makes an archive for any other.
 */
final class Training {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /**
   * With fewer, what every login takes is not hot enough to be compiled at once by later starts.
   */
  private static final int LOGINS = 2000;

  private static final int COPIES = 8;

  /** Where the sample configuration has its only route. */
  private static final String SAMPLE_ROUTES =
      """
      router:
        plugin: static-routes
        name: routes
        config:
          routes:
      """;

  /** Of a tenant of whom nobody is. */
  private static final String TENANTS =
      """
      tenants:
        - name: nobody
          match: {database: "nobody-{part}", user: nobody}
          backends: [{host: 127.0.0.1, tls: {mode: disable}}]
      """;

  /**
   * As an operator may write it, with what Postern's own logging consists of. Reading such a file
   * takes more classes than logging does.
   */
  private static final String LOGGING =
      """
      <configuration>
        <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
          <encoder>
            <pattern>%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %replace(%msg %kvp){'\\p{Cntrl}', '?'}%n%ex</pattern>
          </encoder>
        </appender>
        <appender name="queue" class="ch.qos.logback.classic.AsyncAppender">
          <neverBlock>true</neverBlock>
          <appender-ref ref="console"/>
        </appender>
        <logger name="dev.postern" level="INFO"/>
        <root level="WARN"><appender-ref ref="queue"/></root>
      </configuration>
      """;

  /** Who comes first answers; the others are there for what the JVM loads when they are made. */
  private static final String CHAIN =
      """
      authenticators:
        chain:
          - plugin: scram
          - plugin: rules
            config: {file: training/pg_hba.conf, methods: {scram-sha-256: scram}}
          - plugin: ldap
            config: {servers: ["ldaps://127.0.0.1:1"], user-dn: "uid={user},dc=training"}
          - plugin: oauth
            config: {issuer: "https://127.0.0.1:1/", audience: [training], scopes: [openid], user: {claim: sub}}
      """;

  /** None of them is for the trainee, whose sessions are to be what most are. */
  private static final String INTERCEPTORS =
      """

      interceptors:
        - plugin: query-log
          only: {users: [nobody]}
          config: {file: training/queries.jsonl}
        - plugin: recorder
          only: {users: [nobody]}
          config: {directory: training/recordings}
        - plugin: limits
          only: {users: [nobody]}
          config: {limits: [{name: all, statements: {rate: 1000}}]}
        - plugin: audit
          only: {users: [nobody]}
          config: {directory: training/audit, key: {file: training/audit.key}}
        - plugin: mask
          only: {users: [nobody]}
          config:
            catalog: {user: nobody, password: {file: training/catalog.password}}
            policies:
              - name: training
                columns: [{table: public.training, column: secret, with: partial, keep-last: 4}]
      """;

  private final Path layout;
  private final Path runtime;
  private final Path output;

  private Training(Path layout, Path runtime, Path output) {
    this.layout = layout;
    this.runtime = runtime;
    this.output = output;
  }

  /** Takes the layout of the zips, a runtime and the directory for what is made. */
  public static void main(String[] arguments) throws Exception {
    new Training(Path.of(arguments[0]), Path.of(arguments[1]), Path.of(arguments[2])).run();
  }

  private void run() throws Exception {
    Files.createDirectories(output);
    try (PostgresServer backend = PostgresServer.builder().start()) {
      Path cache = output.resolve("postern.aot");
      train(backend, "-XX:AOTCacheOutput=" + cache, LOGINS, COPIES);
      Path classes = output.resolve("postern.classlist");
      train(backend, "-XX:DumpLoadedClassList=" + classes, 20, 2);
      leavePluginsOut(classes);
    }
    Path lib = layout.resolve("lib");
    describe(lib, "cksum", output.resolve("postern.aot.cksum"));
    describe(lib, "stat -c '%Y %n'", output.resolve("postern.aot.times"));
  }

  /** Their classes stand in the list with the path of a jar that is nowhere else. */
  private static void leavePluginsOut(Path classes) throws IOException {
    List<String> all = Files.readAllLines(classes);
    Files.write(classes, all.stream().filter(line -> !line.contains(" source: ")).toList());
  }

  private void train(PostgresServer backend, String option, int logins, int copies)
      throws Exception {
    Path directory = Files.createTempDirectory("postern-training");
    try {
      Installation postern =
          Installation.copyOf(layout, directory.resolve("postern"))
              .environment("POSTERN_JAVA_HOME", runtime.toString());
      int port = Installation.freePort();
      postern.connect(port, backend.host(), backend.port());
      postern.configure(SAMPLE_ROUTES, routes(backend));
      configurePlugins(postern);
      QuickUser user = QuickUser.create(postern, backend, "trainee");
      Path logging = Files.writeString(directory.resolve("logback.xml"), LOGGING);
      postern.environment("JAVA_OPTS", option + " -Dlogback.configurationFile=" + logging);
      try (Gateway gateway = postern.run(directory.resolve("log"))) {
        gateway.awaitListening(port, LIMIT);
        Client client =
            new Client(port, "trainee", user.name(), user.password(), postern.certificate());
        new Exercise(client).run(logins, copies);
        gateway.stop(LIMIT);
        Path made = Path.of(option.substring(option.indexOf('=') + 1));
        if (!Files.isRegularFile(made)) {
          throw new IOException("the JVM made no " + made + "\n" + gateway.log());
        }
      }
    } finally {
      Directories.delete(directory);
    }
  }

  private static void configurePlugins(Installation postern) throws IOException {
    postern.file("training/pg_hba.conf", "host all all all scram-sha-256\n");
    postern.file("training/tenants.yaml", TENANTS);
    postern.file("training/audit.key", "A".repeat(43) + "=\n");
    postern.file("training/catalog.password", "none\n");
    postern.configure("authenticator:\n  plugin: scram\n", CHAIN);
    postern.configureMore(INTERCEPTORS);
  }

  /** Transactions are pooled; sessions where the client asks for it. The sample's route follows. */
  private static String routes(PostgresServer backend) {
    return """
        routers:
          - plugin: tenant
            config: {file: training/tenants.yaml}
          - plugin: static-routes
            config:
              pool: {mode: transaction}
              routes:
              - name: sessions
                match: {application-name: %s}
                pool: {mode: session}
                backends: [{host: %s, port: %d}]
        """
        .formatted(Exercise.SESSION, backend.host(), backend.port());
  }

  /** By which the start script knows the jars again. */
  private static void describe(Path lib, String command, Path file) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "LC_ALL=C; export LC_ALL; " + command + " -- *.jar")
            .directory(lib.toFile())
            .redirectOutput(file.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(command + " ended with " + process.exitValue());
    }
  }
}
