package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.proxy.config.ListenerTlsConfig.ClientCertificates;
import dev.postern.proxy.config.ListenerTlsConfig.MinVersion;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenerConfigTest {
  private static final String CERTIFICATE = "certificate: a.crt, key: a.key";

  private final Binder binder = new Binder(Path.of("/opt/postern"), Map.of());

  @Test
  void hasDefaults() throws Exception {
    ListenerConfig listener = bind("127.0.0.1", "");

    assertThat(listener.tls()).isEqualTo(ListenerTlsConfig.UNSET);
    assertThat(listener.tls().effectiveGenerate()).isFalse();
    assertThat(listener.tls().effectiveClientCertificates()).isEqualTo(ClientCertificates.NONE);
    assertThat(listener.tls().effectiveMinVersion()).isEqualTo(MinVersion.TLS_1_2);
  }

  @Test
  void takesEveryKey() throws Exception {
    ListenerConfig listener =
        binder.bind(
            """
            host: "*"
            port: 0
            tls:
              mode: optional
              certificate: a.crt
              key: a.key
              generate: true
              client-certificates: require
              client-ca: ca.crt
              min-version: "1.3"
            """,
            ListenerConfig.class);

    assertThat(listener)
        .isEqualTo(
            new ListenerConfig(
                "*",
                0,
                new ListenerTlsConfig(
                    TlsMode.OPTIONAL,
                    Path.of("/opt/postern/a.crt"),
                    Path.of("/opt/postern/a.key"),
                    true,
                    ClientCertificates.REQUIRE,
                    Path.of("/opt/postern/ca.crt"),
                    MinVersion.TLS_1_3)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
  void goesWithoutTlsOnLoopbackIfThereIsNoCertificate(String host) throws Exception {
    assertThat(bind(host, "").effectiveTlsMode()).isEqualTo(TlsMode.DISABLED);
    assertThat(bind(host, CERTIFICATE).effectiveTlsMode()).isEqualTo(TlsMode.OPTIONAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "fe80::1%eth0",
        "db.example",
        "localhost.example"
      })
  void requiresTlsWhereOthersCanConnect(String host) throws Exception {
    assertThat(bind(host, CERTIFICATE).effectiveTlsMode()).isEqualTo(TlsMode.REQUIRED);
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> bind(host, ""))
        .withMessageContaining(
            ": tls.certificate: missing; "
                + host
                + " is not loopback (expected: certificate and key; or, ");
  }

  @Test
  void goesWithoutTlsIfThatIsWritten() throws Exception {
    assertThat(bind("*", "mode: disabled").effectiveTlsMode()).isEqualTo(TlsMode.DISABLED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mode: required | tls.certificate: missing (expected with mode: required)",
        "certificate: a.crt | tls.key: missing (certificate is set)",
        "key: a.key | tls.certificate: missing (key is set)",
        "generate: true | tls.certificate: missing (expected with generate: true, as the place for"
            + " what is made)",
        "certificate: a, key: b, client-certificates: require | tls.client-ca: missing (expected"
            + " with client-certificates: require)",
        "client-ca: ca.crt | tls.client-ca: has no effect without client-certificates: request or"
            + " require",
        "client-certificates: request, client-ca: a | tls.client-certificates: request needs TLS"
            + " (expected: a certificate, and a mode that is not disabled)"
      })
  void refusesWhatDoesNotGoTogether(String tls, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> bind("127.0.0.1", tls))
        .satisfies(e -> assertThat(e.problems()).hasSize(1))
        .withMessageEndingWith(": " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[::1]", "a b", "host/path", "user@host"})
  void refusesWhatIsNotAHost(String host) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> bind(host, "mode: disabled"))
        .withMessage(
            "configuration:1:8: host: \""
                + host
                + "\" (expected: an address without brackets, a name, or \"*\" for all addresses)");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65536})
  void refusesAPortOutOfRange(int port) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(
            () -> binder.bind("{host: localhost, port: " + port + "}", ListenerConfig.class))
        .withMessage("configuration:1:25: port: " + port + " (expected: 0..65535)");
  }

  @Test
  void showsAnIpv6AddressInBrackets() throws Exception {
    assertThat(bind("::1", "").address()).isEqualTo("[::1]:6432");
  }

  private ListenerConfig bind(String host, String tls) throws ConfigurationException {
    return binder.bind(
        "{host: \"" + host + "\", port: 6432, tls: {" + tls + "}}", ListenerConfig.class);
  }
}
