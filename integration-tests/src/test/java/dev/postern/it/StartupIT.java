package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes before the login: encryption, protocol versions and parameters. */
final class StartupIT {
  private static final String ROLE = "startup_role";
  private static final byte[] STARTUP =
      FrontendPackets.startup("user", ROLE, "database", "postgres");

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @Test
  void saysNoToGssEncryptionAndGoesOnWithTls() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.send(FrontendPackets.gssencRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void saysNoToGssEncryptionAndGoesOnWithoutTls() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.gssencRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void refusesASecondRequestForGssEncryption() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.gssencRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.send(FrontendPackets.gssencRequest());
      Startups.expectRefused(client);
    }
  }

  @Test
  void saysNoToTlsWhereThereIsNone() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.sslRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void refusesASecondRequestForTls() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.sslRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.send(FrontendPackets.sslRequest());
      Startups.expectRefused(client);
    }
  }

  @Test
  void refusesTlsWithinTls() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.send(FrontendPackets.sslRequest());
      Startups.expectRefused(client);
    }
  }

  /** CVE-2021-23214: what was sent in the clear must not be taken as if it had been encrypted. */
  @Test
  void neverProcessesWhatWasSentInTheClearBehindTheRequestForTls() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.send(FrontendPackets.sslRequest(), STARTUP);
      Startups.expectNoAuthenticationRequest(client);
    }
  }

  @Test
  void neverProcessesWhatWasSentBehindTheRequestForGssEncryption() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.send(FrontendPackets.gssencRequest(), STARTUP);
      Startups.expectNoAuthenticationRequest(client);
    }
  }

  @Test
  void takesDirectTlsWithTheProtocolsName() {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.handshake(TestTls.client(Gateways.AUTHORITY), "postgresql");
      assertThat(client.applicationProtocol()).isEqualTo("postgresql");
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h2", "http/1.1"})
  void refusesDirectTlsWithoutTheProtocolsName(String protocol) {
    String[] protocols = protocol.isEmpty() ? new String[0] : new String[] {protocol};
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      try {
        client.handshake(TestTls.client(Gateways.AUTHORITY), protocols);
        client.send(STARTUP);
      } catch (UncheckedIOException e) {
        return; // Refused in the handshake.
      }
      Startups.expectRefused(client);
    }
  }

  @Test
  void speaksProtocolThreePointTwo() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(
          FrontendPackets.startup(
              FrontendPackets.PROTOCOL_3_2, "user", ROLE, "database", "postgres"));
      client.authenticate(ROLE, Gateways.PASSWORD);
      assertThat(client.greeting().secret().length()).isBetween(4, 256);
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void givesAFourByteSecretInProtocolThreePointZero() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      assertThat(client.login(ROLE, Gateways.PASSWORD, "postgres").secret().length()).isEqualTo(4);
    }
  }

  @Test
  void negotiatesDownFromANewerMinorVersion() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup(0x0003_270F, "user", ROLE, "database", "postgres"));
      WireMessage negotiation = client.expect('v');
      assertThat(negotiation.int32(0) & 0xFFFF).isLessThanOrEqualTo(2);
      assertThat(negotiation.int32(4)).isZero();
      client.authenticate(ROLE, Gateways.PASSWORD);
      client.greeting();
    }
  }

  @Test
  void namesTheProtocolOptionsThatItDoesNotKnow() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(
          FrontendPackets.startup(
              "user", ROLE, "_pq_.first", "1", "database", "postgres", "_pq_.second", "on"));
      WireMessage negotiation = client.expect('v');
      assertThat(negotiation.int32(4)).isEqualTo(2);
      assertThat(negotiation.strings(8)).containsExactly("_pq_.first", "_pq_.second");
      client.authenticate(ROLE, Gateways.PASSWORD);
      client.greeting();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x0002_0000, 0x0001_0000, 0x0004_0000, 0x0000_0000, 0x7FFF_FFFF})
  void refusesOtherMajorVersions(int protocol) {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup(protocol, "user", ROLE));
      assertThat(client.expectFatal("0A000").text()).containsIgnoringCase("protocol");
    }
  }

  @Test
  void refusesAStartupWithoutAUser() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(FrontendPackets.startup("database", "postgres"));
      assertThat(client.expectFatal("28000").text())
          .isEqualTo("no PostgreSQL user name specified in startup packet");
    }
  }

  @Test
  void usesOneUserNameEverywhereWhereTwoAreGiven() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(
          FrontendPackets.startup("user", "postgres", "user", ROLE, "database", "postgres"));
      try {
        client.authenticate(ROLE, Gateways.PASSWORD);
      } catch (AssertionError e) {
        return; // Refused, which is as good.
      }
      client.greeting();
      assertThat(client.queryOne("SELECT session_user")).isEqualTo(ROLE);
    }
  }

  @Test
  void logsInAClientThatSendsByteByByte() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.sendBytewise(FrontendPackets.sslRequest());
      assertThat(client.readByte()).isEqualTo('N');
      client.sendBytewise(STARTUP);
      client.authenticate(ROLE, Gateways.PASSWORD);
      client.greeting();
    }
  }

  @Test
  void runsNoQueryThatCameBeforeTheLogin() {
    String marker = "before_login";
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(STARTUP, FrontendPackets.query("CREATE DATABASE " + marker));
      client.expect('R');
      Startups.expectRefused(client);
    }
    assertThat(
            Gateways.server().query("SELECT 1 FROM pg_database WHERE datname = '" + marker + "'"))
        .isEmpty();
  }

  @Test
  void takesNoOtherMessageInTheMiddleOfTheLogin() {
    for (byte[] message :
        List.of(
            FrontendPackets.query("SELECT 1"),
            FrontendPackets.sync(),
            FrontendPackets.message('?'))) {
      try (WireClient client = WireClient.connect(Gateways.plain().address())) {
        client.send(STARTUP);
        client.expect('R');
        client.send(message);
        Startups.expectRefused(client);
      }
    }
  }

  @Test
  void endsQuietlyWhenAClientTerminatesInTheMiddleOfTheLogin() {
    try (WireClient client = WireClient.connect(Gateways.plain().address())) {
      client.send(STARTUP);
      client.expect('R');
      client.send(FrontendPackets.terminate());
      Startups.expectRefused(client);
    }
  }
}
