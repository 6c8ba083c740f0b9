package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.spi.Samples;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines are for which logins; the lines are those of PostgreSQL's documentation. */
final class MatchingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          host all all 127.0.0.1/32 trust                        | 127.0.0.1     | alice | app  | yes
          host all all 127.0.0.1/32 trust                        | 127.0.0.2     | alice | app  | no
          host all all 127.0.0.1 255.255.255.255 trust           | 127.0.0.1     | alice | app  | yes
          host all all 10.0.0.0 255.0.255.0 trust                | 10.7.0.9      | alice | app  | yes
          host all all 10.0.0.0 255.0.255.0 trust                | 10.7.1.9      | alice | app  | no
          host all all ::1/128 trust                             | ::1           | alice | app  | yes
          host all all ::1/128 trust                             | 127.0.0.1     | alice | app  | no
          host all all ::/0 trust                                | 127.0.0.1     | alice | app  | no
          host all all ::ffff:127.0.0.1/128 trust                | 127.0.0.1     | alice | app  | no
          host all all 0.0.0.0/0 trust                           | ::1           | alice | app  | no
          host all all fe80::7a31:c1ff:0:0/96 trust              | fe80::7a31:c1ff:1:2 | alice | app | yes
          host postgres all 192.168.93.0/24 trust                | 192.168.93.7  | alice | postgres | yes
          host postgres all 192.168.93.0/24 trust                | 192.168.93.7  | alice | app  | no
          host all mike .example.com trust                       | 192.0.2.7     | mike  | app  | yes
          host all mike .EXAMPLE.com trust                       | 192.0.2.7     | mike  | app  | yes
          host all mike example.com trust                        | 192.0.2.7     | mike  | app  | no
          host all mike "db.example.com" trust                   | 192.0.2.7     | mike  | app  | yes
          host all mike .example.com trust                       | 192.0.2.8     | mike  | app  | no
          host all all 192.168.0.0/16 trust                      | 192.168.12.10 | alice | app  | yes
          host sameuser all 0.0.0.0/0 trust                      | 192.0.2.7     | alice | alice | yes
          host sameuser all 0.0.0.0/0 trust                      | 192.0.2.7     | alice | app  | no
          host "sameuser" all 0.0.0.0/0 trust                    | 192.0.2.7     | alice | alice | no
          host "sameuser" all 0.0.0.0/0 trust                    | 192.0.2.7     | alice | sameuser | yes
          host "all" all all trust                               | 192.0.2.7     | alice | app  | no
          host all "all" all trust                               | 192.0.2.7     | all   | app  | yes
          host all "+x" all trust                                | 192.0.2.7     | +x    | app  | yes
          host db1,db2 all all trust                             | 192.0.2.7     | alice | db2  | yes
          host "db1,db2" all all trust                           | 192.0.2.7     | alice | db2  | no
          host db1, db2 all all trust                            | 192.0.2.7     | alice | db2  | yes
          host "a b" all all trust                               | 192.0.2.7     | alice | a b  | yes
          host a""b all all trust                                | 192.0.2.7     | alice | ab   | yes
          host "a""b" all all trust                              | 192.0.2.7     | alice | a"b  | yes
          host "/^db\\d{2,4}$" all localhost trust               | 127.0.0.1     | alice | db12 | yes
          host "/^db\\d{2,4}$" all localhost trust               | 127.0.0.1     | alice | db1  | no
          host all /^.*helpdesk$ 192.168.0.0/16 trust            | 192.168.1.1   | the helpdesk | app | yes
          host all /^.*helpdesk$ 192.168.0.0/16 trust            | 192.168.1.1   | helpdesks | app | no
          host all /admin all trust                              | 192.0.2.7     | badmins | app | yes
          host replication all all trust                         | 192.0.2.7     | alice | replication | no
          host "replication" all all trust                       | 192.0.2.7     | alice | replication | yes
          host all Alice all trust                               | 192.0.2.7     | alice | app  | no
          hostssl all all all trust                              | 192.0.2.7     | alice | app  | no
          hostnossl all all all trust                            | 192.0.2.7     | alice | app  | yes
          hostgssenc all all all trust                           | 192.0.2.7     | alice | app  | no
          hostnogssenc all all all trust                         | 192.0.2.7     | alice | app  | yes
          local all all trust                                    | 127.0.0.1     | alice | app  | no
          host all all samehost trust                            | 127.0.0.1     | alice | app  | yes
          host all all samehost trust                            | 127.0.0.2     | alice | app  | no
          host all all samenet trust                             | 127.0.0.2     | alice | app  | yes
          host all all all trust # why                           | 192.0.2.7     | alice | app  | yes
          """)
  void aLineIsForALogin(String line, String address, String user, String database, String verdict)
      throws Exception {
    var rules = Setup.named(Map.of("192.0.2.7", "db.example.com", "127.0.0.1", "localhost"), line);

    assertThat(Setup.outcome(rules, address, user, database).equals("trust"))
        .isEqualTo(verdict.equals("yes"));
  }

  @Test
  void theFirstLineDecides() throws Exception {
    var rules =
        Setup.rules(
            "host all mallory all reject",
            "host all all 127.0.0.1/32 trust",
            "host all all all md5");

    assertThat(Setup.outcome(rules, "127.0.0.1", "alice", "app")).isEqualTo("trust");
    assertThat(Setup.outcome(rules, "127.0.0.2", "alice", "app")).isEqualTo("scram");
    assertThat(Setup.outcome(rules, "127.0.0.1", "mallory", "app"))
        .isEqualTo(
            "28000 pg_hba.conf rejects connection for host \"127.0.0.1\", user \"mallory\","
                + " database \"app\", no encryption");
  }

  @Test
  void linesForTlsAreForTls() throws Exception {
    var rules = Setup.rules("hostnossl all all all reject", "hostssl all all all ldap");
    var exchange = Setup.exchange("2001:db8::1", Setup.tls(null), Samples.startup("alice", "app"));

    assertThat(Setup.outcome(rules, exchange)).isEqualTo("directory");
  }

  @Test
  void physicalReplicationIsForNoDatabase() throws Exception {
    var rules = Setup.rules("host all all all trust");
    var startup = Samples.startup("alice", "app", "replication", "true");

    assertThat(Setup.outcome(rules, Setup.exchange("2001:db8::1", Setup.tls(null), startup)))
        .isEqualTo(
            "28000 no pg_hba.conf entry for replication connection from host \"2001:db8::1\","
                + " user \"alice\", SSL encryption");
  }

  @ParameterizedTest
  @CsvSource({
    "on,trust",
    "TRUE,trust",
    "y,trust",
    "1,trust",
    "database,28000",
    "off,28000",
    "fal,28000",
    "maybe,28000",
    "o,28000",
    "DATABASE,28000"
  })
  void replicationIsWhatAServerTakesForIt(String value, String outcome) throws Exception {
    var rules = Setup.rules("host replication all all trust");
    var startup = Samples.startup("alice", "app", "replication", value);

    assertThat(Setup.outcome(rules, Setup.exchange("192.0.2.7", null, startup)))
        .startsWith(outcome);
  }

  @Test
  void whatNoLineIsForIsRefused() throws Exception {
    var rules = Setup.rules("host app all all trust");

    assertThat(Setup.outcome(rules, "::1", "alice", "shop"))
        .isEqualTo(
            "28000 no pg_hba.conf entry for host \"::1\", user \"alice\", database \"shop\","
                + " no encryption");
  }

  @ParameterizedTest
  @ValueSource(strings = {"alice\n", "\nalice", "alice ", "ALICE", "alice\u0000", "älice"})
  void aNameThatOnlyLooksAlikeIsAnotherOne(String user) throws Exception {
    var rules = Setup.rules("host all /^alice$ all trust", "host all alice all trust");

    assertThat(Setup.outcome(rules, "192.0.2.7", user, "app")).startsWith("28000 no pg_hba.conf");
  }

  @Test
  void namesThatServersWouldCutAreRefused() throws Exception {
    var rules = Setup.rules("host all all all trust");

    assertThat(Setup.outcome(rules, "192.0.2.7", "a".repeat(63), "app")).isEqualTo("trust");
    assertThat(Setup.outcome(rules, "192.0.2.7", "a".repeat(64), "app"))
        .isEqualTo("28000 the name of the user is longer than 63 bytes");
    assertThat(Setup.outcome(rules, "192.0.2.7", "a", "ä".repeat(32))).startsWith("28000");
  }
}
