package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

final class HandshakeFailureTest {
  @Test
  void saysWhatBoringSslMakesOfAClientThatRefusesTheCertificate() {
    SSLException failure =
        new SSLException("error:10000070:SSL routines:OPENSSL_internal:BAD_PACKET_LENGTH");

    assertThat(HandshakeFailure.reason(failure))
        .contains("BAD_PACKET_LENGTH")
        .contains("the client does not trust the certificate");
  }

  @Test
  void leavesOtherReasonsAlone() {
    assertThat(HandshakeFailure.reason(new SSLException("no cipher"))).isEqualTo("no cipher");
  }
}
