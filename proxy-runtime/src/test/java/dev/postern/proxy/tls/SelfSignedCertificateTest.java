package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SelfSignedCertificateTest {
  @TempDir private Path directory;

  @Test
  void isSignedByItsOwnKey() throws Exception {
    X509Certificate certificate = write(Set.of("localhost")).certificate();

    certificate.verify(certificate.getPublicKey());
  }

  @Test
  void isValidForYears() throws Exception {
    X509Certificate certificate = write(Set.of("localhost")).certificate();

    certificate.checkValidity();
    assertThat(certificate.getNotAfter()).isAfter(Instant.now().plus(Duration.ofDays(3600)));
  }

  @Test
  void writesTheYearsAfter2050AsTheRfcWants() throws Exception {
    byte[] encoded =
        SelfSignedCertificate.encode(
            TestAuthority.ecKeys(), Set.of("a"), Instant.parse("2049-12-31T12:00:00Z"));
    Path file = directory.resolve("late.crt");
    Files.writeString(file, TestAuthority.pem("CERTIFICATE", encoded));

    X509Certificate certificate = Pem.certificates(file).getFirst();

    assertThat(certificate.getNotBefore()).isEqualTo("2049-12-30T12:00:00Z");
    assertThat(certificate.getNotAfter()).isEqualTo("2059-12-29T12:00:00Z");
  }

  @Test
  void namesHostsAndAddresses() throws Exception {
    Set<String> names = new LinkedHashSet<>(List.of("gate", "localhost", "127.0.0.1", "::1"));

    X509Certificate certificate = write(names).certificate();

    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=gate");
    assertThat(certificate.getSubjectAlternativeNames())
        .extracting(name -> (Object) name.get(1))
        .containsExactly("gate", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
  }

  @Test
  void isForServersAndIsNoAuthority() throws Exception {
    X509Certificate certificate = write(Set.of("localhost")).certificate();

    assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getCriticalExtensionOIDs()).containsExactly("2.5.29.19");
  }

  @Test
  void givesEachCertificateASerialNumberOfItsOwn() throws Exception {
    assertThat(write(Set.of("a")).certificate().getSerialNumber())
        .isPositive()
        .isNotEqualTo(write(Set.of("a")).certificate().getSerialNumber());
  }

  @Test
  void opensTheKeyToItsOwnerOnly() throws Exception {
    write(Set.of("localhost"));

    assertThat(Files.getPosixFilePermissions(directory.resolve("tls/server.key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void leavesNothingElseBehind() throws Exception {
    write(Set.of("localhost"));

    try (var files = Files.list(directory.resolve("tls"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("server.crt", "server.key");
    }
  }

  @Test
  void namesTheListenersOwnAddress() {
    assertThat(SelfSignedCertificate.namesFor("10.1.2.3"))
        .contains("localhost", "127.0.0.1", "::1", "10.1.2.3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "0.0.0.0", "::"})
  void namesNoAddressWhereTheListenerHasThemAll(String host) {
    assertThat(SelfSignedCertificate.namesFor(host)).contains("localhost").doesNotContain(host);
  }

  private Identity write(Set<String> names) throws Exception {
    Path certificate = directory.resolve("tls/server.crt");
    Path key = directory.resolve("tls/server.key");
    SelfSignedCertificate.write(certificate, key, names);
    return Identity.read(certificate, key);
  }
}
