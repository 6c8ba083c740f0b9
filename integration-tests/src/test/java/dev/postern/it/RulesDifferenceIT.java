package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file, given to PostgreSQL and to Postern: both say the same to every login. */
final class RulesDifferenceIT {
  private static final String[] RULES = {
    "# comment",
    "local all all trust",
    "hostgssenc all all all trust",
    "host \"rejected db\",sameuser rejected all reject",
    "host sameuser /^same[0-9]+$ 127.0.0.0/8 trust",
    "host \"sameuser\" all all reject",
    "hostssl ssl_only all all trust",
    "hostnossl plain_only all 127.0.0.1 255.255.255.255 trust",
    "hostnogssenc nogss all ::1/128 scram-sha-256",
    "host replication streamer samehost trust",
    "host \"replication\" streamer all trust",
    "host v4,\"v,4\" all 127.0.0.2/32 trust",
    "host v6 all ::/0 trust",
    "host \"/^db\\d{2,4}$\" /admin all trust",
    "host net all samenet trust",
    "host hosts \"all\",\"+x\",\"a\"\"b\" samehost trust",
    "hostssl certs all all trust clientcert=verify-ca",
    "hostssl named all all cert",
    "hostssl scram all all scram-sha-256 clientcert=verify-full",
    "host continued \\",
    "  all all trust",
    "host all asks all scram-sha-256",
    "host all asked 127.0.0.1/32 md5",
    "host odd /^[[:alpha:]]+(_[^]x])?$ 127.0.0.0 255.0.0.254 trust",
  };

  /**
   * Apart from the others: PostgreSQL asks for the client's name before it looks at the database,
   * and where no file has it, a name server may take seconds, or answer one of the two sides.
   */
  private static final String[] RULES_BY_NAME = {
    "host byname all localhost trust",
    "host bysuffix all .localdomain trust",
    "host byname,bysuffix asks all scram-sha-256",
    "host all abc all reject",
  };

  private static final List<String> DATABASES =
      List.of(
          "rejected db",
          "rejected",
          "same1",
          "sameuser",
          "ssl_only",
          "plain_only",
          "nogss",
          "replication",
          "v4",
          "v,4",
          "v6",
          "db12",
          "db1",
          "net",
          "hosts",
          "certs",
          "named",
          "scram",
          "continued",
          "odd",
          "all",
          "nothing");
  private static final List<String> USERS =
      List.of(
          "rejected",
          "same1",
          "same1\n",
          "all",
          "+x",
          "a\"b",
          "streamer",
          "admins",
          "asks",
          "asked",
          "abc",
          "ab_y",
          "ab_x",
          "ab1");

  /** Few, so that no answer comes late because of the others. */
  private static final int AT_ONCE = 8;

  private static final List<String> FROM = List.of("127.0.0.1", "127.0.0.2", "::1");

  /** What a map makes of a certificate, for each of these users. */
  private record Mapped(String expression, String certificate, List<String> users) {}

  private static final List<Mapped> MAPPED =
      List.of(
          new Mapped("^(jo|john)$", "john", List.of("jo", "john")),
          new Mapped("(jo|john)", "john", List.of("jo", "john", "hn")),
          new Mapped("^(a|ab)(b?)$", "ab", List.of("a", "ab")),
          new Mapped("^(?:a|ab)(.*)$", "abc", List.of("bc", "c")),
          new Mapped("^(?:ab|(a)b)$", "ab", List.of("a", "ab")),
          new Mapped("^(a?)(ab)?", "ab", List.of("a", "ab")),
          new Mapped("^(ops|ops-admin)(-.*)?$", "ops-admin", List.of("ops", "ops-admin")),
          new Mapped("^(.*)@.*$", "a@b@c", List.of("a", "a@b")),
          new Mapped("^([a-z]+)\\.jobs$", "batch.jobs", List.of("batch", "batch.jobs")),
          new Mapped("(?=(b))(.)", "ab", List.of("a", "b")));

  private static final Map<String, TestCertificate> CERTIFICATES = new ConcurrentHashMap<>();

  @TempDir Path home;

  /** How a client comes. */
  private enum Way {
    PLAIN,
    TLS,
    CERTIFICATE
  }

  /**
   * @param certificate for whom the client's certificate is, if it shows one
   */
  private record Login(String from, Way way, List<String> startup, String certificate) {
    Login(String from, Way way, List<String> startup) {
      this(from, way, startup, "asks");
    }
  }

  private record Compared(Login login, String expected, String actual) {
    boolean isDifferent() {
      return !expected.equals(actual);
    }

    /** In a few letters. */
    String kind() {
      return expected.length() > 20 ? expected.substring(0, 20) : expected;
    }

    @Override
    public String toString() {
      return "%s: %s, and not %s".formatted(login, expected, actual);
    }
  }

  @Test
  void bothSayTheSameToEveryLogin() throws Exception {
    List<Login> logins = new ArrayList<>();
    for (String from : FROM) {
      for (Way way : Way.values()) {
        startups(way).forEach(startup -> logins.add(new Login(from, way, List.of(startup))));
      }
    }
    assertThat(logins).hasSizeGreaterThan(1000);
    assertThat(compared(RULES, logins))
        .contains("in", "asks", "pg_hba.conf rejects ", "no pg_hba.conf entry");
  }

  @Test
  void bothSayTheSameWhereTheNameOfTheClientsHostDecides() throws Exception {
    List<Login> logins = new ArrayList<>();
    for (Way way : Way.values()) {
      for (String database : List.of("byname", "bysuffix", "other")) {
        for (String user : List.of("asks", "abc", "all")) {
          logins.add(new Login("127.0.0.1", way, List.of("user", user, "database", database)));
        }
      }
    }
    // Whatever name it has, it is not its own.
    logins.add(new Login("127.0.0.2", Way.PLAIN, List.of("user", "asks", "database", "byname")));
    assertThat(compared(RULES_BY_NAME, logins))
        .contains("in", "asks", "pg_hba.conf rejects ", "no pg_hba.conf entry");
  }

  @Test
  void bothLetTheSameUsersInWithACertificate() throws Exception {
    List<String> rules = new ArrayList<>();
    List<String> maps = new ArrayList<>();
    List<Login> logins = new ArrayList<>();
    for (Mapped mapped : MAPPED) {
      String name = "m" + maps.size();
      rules.add("hostssl %s all all cert map=%s".formatted(name, name));
      maps.add("%s \"/%s\" \\1".formatted(name, mapped.expression()));
      for (String user : mapped.users()) {
        List<String> startup = List.of("user", user, "database", name);
        logins.add(new Login("127.0.0.1", Way.CERTIFICATE, startup, mapped.certificate()));
      }
    }
    // Where the group holds nothing, what stands below is not looked at.
    maps.add("m4 ab a");
    assertThat(compared(rules.toArray(String[]::new), maps, logins))
        .contains("in", "certificate authenti");
  }

  private Set<String> compared(String[] rules, List<Login> logins) throws Exception {
    return compared(rules, List.of(), logins);
  }

  /** What was said, in a few letters each. */
  private Set<String> compared(String[] rules, List<String> maps, List<Login> logins)
      throws Exception {
    Path conf = Files.createDirectories(home.resolve("conf"));
    Path ident = Files.write(conf.resolve("pg_ident.conf"), maps);
    BundledPlugins.install(home);
    TestCertificate identity = Gateways.AUTHORITY.server("localhost", "127.0.0.1");
    try (PostgresServer server =
            PostgresServer.builder()
                .hba(rules)
                .setting("listen_addresses", "127.0.0.1,::1")
                .setting("ident_file", ident.toString())
                .tls(identity)
                .clientAuthority(Gateways.AUTHORITY)
                .start();
        Gateway gateway = start(rules, identity);
        ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<Compared>> answers = new ArrayList<>();
      for (Login login : logins) {
        answers.add(clients.submit(() -> compare(login, server.port(), gateway)));
      }
      List<Compared> compared = new ArrayList<>();
      for (Future<Compared> answer : answers) {
        compared.add(answer.get(2, TimeUnit.MINUTES));
      }
      assertThat(compared).filteredOn(Compared::isDifferent).isEmpty();
      return compared.stream().map(Compared::kind).collect(Collectors.toSet());
    }
  }

  private static Compared compare(Login login, int port, Gateway gateway) throws IOException {
    boolean v6 = login.from().contains(":");
    InetSocketAddress direct = new InetSocketAddress(v6 ? "::1" : "127.0.0.1", port);
    InetSocketAddress through = gateway.server().addresses().get(v6 ? 1 : 0);
    Compared once = new Compared(login, answer(direct, login), answer(through, login));
    // A second time: each of them asks for host names by itself, and may get no answer.
    return once.isDifferent()
        ? new Compared(login, answer(direct, login), answer(through, login))
        : once;
  }

  private static List<String[]> startups(Way way) {
    List<String[]> startups = new ArrayList<>();
    for (String database : DATABASES) {
      for (String user : way == Way.PLAIN ? USERS : List.of("asks", "abc")) {
        startups.add(new String[] {"user", user, "database", database});
      }
    }
    for (String user : List.of("streamer", "asks", "abc")) {
      for (String replication : List.of("true", "database", "off", "on", "fal")) {
        startups.add(new String[] {"user", user, "database", "v6", "replication", replication});
      }
    }
    return startups;
  }

  private Gateway start(String[] rules, TestCertificate identity) throws Exception {
    Path conf = home.resolve("conf");
    identity.writeChain(conf.resolve("server.crt"));
    identity.writeKey(conf.resolve("server.key"));
    Gateways.AUTHORITY.writeChain(conf.resolve("clients.crt"));
    Files.write(conf.resolve("pg_hba.conf"), List.of(rules));
    String tls =
        "{mode: optional, certificate: conf/server.crt, key: conf/server.key,"
            + " client-certificates: request, client-ca: conf/clients.crt}";
    return Installations.start(
        home,
        """
        listeners:
          - {host: 127.0.0.1, port: 0, tls: %s}
          - {host: "::1", port: 0, tls: %s}
        limits: {failed-logins-per-address: 0}
        authenticators:
          chain:
            - {plugin: rules, config: {file: conf/pg_hba.conf, ident-file: conf/pg_ident.conf, methods: {scram-sha-256: scram}}}
            - {plugin: scram}
        router:
          plugin: static-routes
          config:
            routes: [{name: none, match: {database: never asked for}, backends: [{host: 127.0.0.1, port: 1}]}]
        """
            .formatted(tls, tls));
  }

  /**
   * What a login hears first: that it is in, that it is asked for a proof, or why it is refused.
   * Postern lets nobody in here: a login that has passed finds no route.
   */
  private static String answer(InetSocketAddress server, Login login) throws IOException {
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(60_000);
      plain.bind(new InetSocketAddress(InetAddress.ofLiteral(login.from()), 0));
      plain.connect(server, 60_000);
      Socket socket = login.way() == Way.PLAIN ? plain : encrypted(plain, login);
      socket
          .getOutputStream()
          .write(FrontendPackets.startup(login.startup().toArray(String[]::new)));
      socket.getOutputStream().flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int type = in.readUnsignedByte();
      byte[] body = in.readNBytes(in.readInt() - 4);
      if (type == 'R') {
        return body[3] == 0 ? "in" : "asks";
      }
      String message = field(body, 'M');
      return message == null || !isOfRules(message) ? "in" : message;
    }
  }

  private static boolean isOfRules(String message) {
    return message.contains("pg_hba.conf") || message.contains("certificate");
  }

  private static Socket encrypted(Socket plain, Login login) throws IOException {
    plain.getOutputStream().write(FrontendPackets.sslRequest());
    assertThat(plain.getInputStream().read()).isEqualTo('S');
    return (login.way() == Way.CERTIFICATE
            ? TestTls.client(Gateways.AUTHORITY, certificate(login.certificate()))
            : TestTls.client(Gateways.AUTHORITY))
        .getSocketFactory()
        .createSocket(plain, "localhost", plain.getPort(), true);
  }

  private static TestCertificate certificate(String name) {
    return CERTIFICATES.computeIfAbsent(name, Gateways.AUTHORITY::client);
  }

  private static @Nullable String field(byte[] body, char wanted) {
    for (String field : new String(body, StandardCharsets.UTF_8).split("\0", -1)) {
      if (!field.isEmpty() && field.charAt(0) == wanted) {
        return field.substring(1);
      }
    }
    return null;
  }
}
