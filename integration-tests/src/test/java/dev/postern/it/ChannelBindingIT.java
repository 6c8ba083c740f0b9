package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.Signing;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.TestTls;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nobody between client and Postern can take the channel binding away unnoticed (RFC 5802, section
 * 6).
 */
final class ChannelBindingIT {
  private static final String ROLE = "binding_role";
  private static final String NONCE = "abcdefghijklmnopqrstuvwx";
  private static final byte[] STARTUP =
      FrontendPackets.startup("user", ROLE, "database", "postgres");

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Signing.class,
      names = {"ECDSA_SHA256", "ECDSA_SHA384", "RSA_SHA256", "RSA_SHA512"})
  void usesTheHashOfTheCertificatesSignature(Signing signing) {
    TestCertificate authority = TestCertificate.authority("binding", signing);
    try (RunningPostern postern =
            Gateways.before(Gateways.server()).tls(authority.server("localhost")).start();
        WireClient client = WireClient.connect(postern.address())) {
      postern.importUser(Gateways.server(), ROLE);
      client.startTls(TestTls.client(authority));
      client.login(ROLE, Gateways.PASSWORD, "postgres");
    }
  }

  @Test
  void doesWithoutItWhereTheSignatureHasNoHash() {
    TestCertificate authority = TestCertificate.authority("binding", Signing.ED25519);
    try (RunningPostern postern =
            Gateways.before(Gateways.server()).tls(authority.server("localhost")).start();
        WireClient client = WireClient.connect(postern.address())) {
      postern.importUser(Gateways.server(), ROLE);
      client.startTls(TestTls.client(authority));
      client.send(STARTUP);
      assertThat(client.expect('R').strings(4)).containsExactly("SCRAM-SHA-256", "");
    }
  }

  @Test
  void refusesAClientThatWasToldThatTheServerHasNone() {
    refuses("SCRAM-SHA-256", "y,,", "eSws");
  }

  @Test
  void refusesAnotherKindOfBinding() {
    refuses("SCRAM-SHA-256-PLUS", "p=tls-unique,,", "cD10bHMtdW5pcXVlLCw=");
  }

  @Test
  void refusesTheBoundMechanismWithoutABinding() {
    refuses("SCRAM-SHA-256-PLUS", "n,,", "biws");
  }

  @Test
  void refusesABindingWithThePlainMechanism() {
    refuses("SCRAM-SHA-256", "p=tls-server-end-point,,", "");
  }

  @Test
  void refusesTheHashOfAnotherCertificate() throws Exception {
    byte[] other =
        TlsServerEndpoint.getChannelBindingData(
            TestCertificate.selfSigned("localhost").certificate());
    byte[] header = "p=tls-server-end-point,,".getBytes(StandardCharsets.US_ASCII);
    byte[] input = new byte[header.length + other.length];
    System.arraycopy(header, 0, input, 0, header.length);
    System.arraycopy(other, 0, input, header.length, other.length);
    refuses(
        "SCRAM-SHA-256-PLUS",
        "p=tls-server-end-point,,",
        Base64.getEncoder().encodeToString(input));
  }

  /** Whether at its first message or its last, the client is refused. */
  private static void refuses(String mechanism, String gs2Header, String binding) {
    try (WireClient client = WireClient.connect(Gateways.encrypted().address())) {
      client.startTls(TestTls.client(Gateways.AUTHORITY));
      client.send(STARTUP);
      client.expect('R');
      client.send(FrontendPackets.saslInitialResponse(mechanism, gs2Header + "n=,r=" + NONCE));
      WireMessage answer = client.receive();
      if (answer.type() == 'R') {
        String serverFirst = Logins.saslData(answer);
        String nonce = serverFirst.substring(2, serverFirst.indexOf(','));
        String proof = "A".repeat(43) + "=";
        client.send(FrontendPackets.saslResponse("c=" + binding + ",r=" + nonce + ",p=" + proof));
        answer = client.receive();
      }
      assertThat(answer.type()).isEqualTo('E');
      assertThat(answer.sqlState()).isIn("08P01", "28000", "28P01", "0A000");
      client.expectEnd();
    }
  }
}
