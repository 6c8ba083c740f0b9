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
import java.util.Set;
import java.util.TreeSet;
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
    "host byname all localhost trust",
    "host bysuffix all .localdomain trust",
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
          "byname",
          "bysuffix",
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
  private static final List<String> FROM = List.of("127.0.0.1", "127.0.0.2", "::1");

  private static final TestCertificate CLIENT = Gateways.AUTHORITY.client("asks");

  @TempDir Path home;

  /** How a client comes. */
  private enum Way {
    PLAIN,
    TLS,
    CERTIFICATE
  }

  @Test
  void bothSayTheSameToEveryLogin() throws Exception {
    BundledPlugins.install(home);
    TestCertificate identity = Gateways.AUTHORITY.server("localhost", "127.0.0.1");
    try (PostgresServer server =
            PostgresServer.builder()
                .hba(RULES)
                .setting("listen_addresses", "127.0.0.1,::1")
                .tls(identity)
                .clientAuthority(Gateways.AUTHORITY)
                .start();
        Gateway gateway = start(identity)) {
      List<InetSocketAddress> listeners = gateway.server().addresses();
      List<String> differences = new ArrayList<>();
      Set<String> kinds = new TreeSet<>();
      int logins = 0;
      for (String from : FROM) {
        boolean v6 = from.contains(":");
        InetSocketAddress direct = new InetSocketAddress(v6 ? "::1" : "127.0.0.1", server.port());
        InetSocketAddress through = listeners.get(v6 ? 1 : 0);
        for (Way way : Way.values()) {
          for (String[] startup : startups(way)) {
            logins++;
            String expected = answer(direct, from, way, startup);
            String actual = answer(through, from, way, startup);
            kinds.add(expected.length() > 20 ? expected.substring(0, 20) : expected);
            // A second time: each of them asks for host names by itself, and may get no answer.
            if (!expected.equals(actual)
                && !answer(direct, from, way, startup)
                    .equals(answer(through, from, way, startup))) {
              differences.add(
                  "%s %s %s: %s, and not %s"
                      .formatted(from, way, List.of(startup), expected, actual));
            }
          }
        }
      }
      assertThat(differences).isEmpty();
      assertThat(logins).isGreaterThan(1000);
      assertThat(kinds).contains("in", "asks", "pg_hba.conf rejects ", "no pg_hba.conf entry");
    }
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

  private Gateway start(TestCertificate identity) throws Exception {
    Path conf = Files.createDirectories(home.resolve("conf"));
    identity.writeChain(conf.resolve("server.crt"));
    identity.writeKey(conf.resolve("server.key"));
    Gateways.AUTHORITY.writeChain(conf.resolve("clients.crt"));
    Files.write(conf.resolve("pg_hba.conf"), List.of(RULES));
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
            - {plugin: rules, config: {file: conf/pg_hba.conf, methods: {scram-sha-256: scram}}}
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
  private static String answer(InetSocketAddress server, String from, Way way, String... startup)
      throws IOException {
    try (Socket plain = new Socket()) {
      plain.setSoTimeout(60_000);
      plain.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      plain.connect(server, 60_000);
      Socket socket = way == Way.PLAIN ? plain : encrypted(plain, way == Way.CERTIFICATE);
      socket.getOutputStream().write(FrontendPackets.startup(startup));
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

  private static Socket encrypted(Socket plain, boolean certificate) throws IOException {
    plain.getOutputStream().write(FrontendPackets.sslRequest());
    assertThat(plain.getInputStream().read()).isEqualTo('S');
    return (certificate
            ? TestTls.client(Gateways.AUTHORITY, CLIENT)
            : TestTls.client(Gateways.AUTHORITY))
        .getSocketFactory()
        .createSocket(plain, "localhost", plain.getPort(), true);
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
