package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.tls.TestAuthority.Issued;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Instant;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys as operators have them, and as they should not have them. */
final class IdentityTest {
  private final TestAuthority authority = new TestAuthority("ca");

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"EC, 256", "EC, 384", "RSA, 2048", "RSASSA-PSS, 2048", "Ed25519, 255"})
  void readsPkcs8KeysOfEveryKind(String algorithm, int size) throws Exception {
    KeyPair keys = TestAuthority.keys(algorithm, size);
    PemPair files = authority.issue(keys, "db.example.org").writeTo(directory, "server");

    Identity identity = Identity.read(files.certificate(), files.key());

    assertThat(identity.key()).isEqualTo(keys.getPrivate());
  }

  @ParameterizedTest
  @CsvSource({"EC, 384, EC PRIVATE KEY", "RSA, 2048, RSA PRIVATE KEY"})
  void readsTheTraditionalKeysOfOpenssl(String algorithm, int size, String label) throws Exception {
    KeyPair keys = TestAuthority.keys(algorithm, size);
    PemPair files = authority.issue(keys, "db.example.org").writeTo(directory, "server");
    byte[] traditional =
        PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded())
            .parsePrivateKey()
            .toASN1Primitive()
            .getEncoded();
    TestAuthority.writePrivate(
        files.key(),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + TestAuthority.pem(label, traditional));

    Identity identity = Identity.read(files.certificate(), files.key());

    assertThat(identity.key()).isEqualTo(keys.getPrivate());
  }

  @Test
  void readsAChainWithTextBetweenTheCertificates() throws Exception {
    Issued server = authority.issue("db.example.org");
    Path certificate = directory.resolve("chain.crt");
    Files.writeString(
        certificate,
        "subject=CN = db\r\n"
            + server.certificatePem().replace("\n", "\r\n")
            + "issuer=CN = ca\n"
            + TestAuthority.pem("CERTIFICATE", TestAuthority.encoded(authority.certificate())));
    Path key = server.writeTo(directory, "server").key();

    Identity identity = Identity.read(certificate, key);

    assertThat(identity.chain()).containsExactly(server.certificate(), authority.certificate());
  }

  @Test
  void saysWhichFileIsMissing() {
    Path nowhere = directory.resolve("nowhere.crt");

    assertRefused(nowhere, nowhere).hasMessage(nowhere + ": file not found (check the path)");
  }

  @Test
  void saysWhichKeyIsMissing() throws Exception {
    Path certificate = authority.issue("a").writeTo(directory, "server").certificate();
    Path nowhere = directory.resolve("nowhere.key");

    assertRefused(certificate, nowhere).hasMessageStartingWith(nowhere + ": file not found");
  }

  @Test
  void refusesTheKeyOfAnotherCertificate() throws Exception {
    Path certificate = authority.issue("a").writeTo(directory, "a").certificate();
    Path key = authority.issue("b").writeTo(directory, "b").key();

    assertRefused(certificate, key)
        .hasMessageStartingWith(key + ": the private key does not belong to the certificate");
  }

  @Test
  void refusesAKeyOfAnotherKindThanTheCertificates() throws Exception {
    Path certificate = authority.issue("a").writeTo(directory, "a").certificate();
    Path key = authority.issue(TestAuthority.keys("RSA", 2048), "b").writeTo(directory, "b").key();

    assertRefused(certificate, key)
        .hasMessageStartingWith(key + ": the private key does not belong to the certificate");
  }

  @Test
  void refusesTheKeyOfAnotherCertificateByItsPublicPart() throws Exception {
    Path certificate = authority.issue("a").writeTo(directory, "a").certificate();
    Path key = authority.issue("b").writeTo(directory, "b").key();
    TestAuthority.writePrivate(key, Openssl.run("pkey", "-in", key.toString()));

    assertRefused(certificate, key)
        .hasMessageContaining("the private key does not belong to the certificate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r--r--", "rw----r--", "rwxrwxrwx"})
  void refusesAKeyThatOthersCanOpen(String permissions) throws Exception {
    PemPair files = authority.issue("a").writeTo(directory, "server");
    Files.setPosixFilePermissions(files.key(), PosixFilePermissions.fromString(permissions));

    assertRefused(files.certificate(), files.key())
        .hasMessageContaining("chmod 600 " + files.key());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-aes256", "-aes256 -traditional"})
  void refusesAnEncryptedKeyAndSaysHowToDecryptIt(String options) throws Exception {
    PemPair files = authority.issue("a").writeTo(directory, "server");
    String command = "pkey -in " + files.key() + " -passout pass:x " + options;
    TestAuthority.writePrivate(files.key(), Openssl.run(command.split(" ")));

    assertRefused(files.certificate(), files.key())
        .hasMessageContaining("is encrypted")
        .hasMessageContaining("openssl pkey -in " + files.key());
  }

  @Test
  void refusesDerAndSaysHowToConvertIt() throws Exception {
    PemPair files = authority.issue("a").writeTo(directory, "server");
    Files.write(files.certificate(), TestAuthority.encoded(authority.certificate()));

    assertRefused(files.certificate(), files.key())
        .hasMessageContaining("DER, not PEM")
        .hasMessageContaining("openssl x509 -inform DER");
  }

  static Stream<Arguments> brokenCertificates() {
    return Stream.of(
        Arguments.of("hello", "holds no certificate"),
        Arguments.of(
            "-----BEGIN CERTIFICATE-----\nMII",
            "the block CERTIFICATE that begins in line 1 does not end"),
        Arguments.of(
            "# x\n-----BEGIN CERTIFICATE-----\nM%I\n-----END CERTIFICATE-----",
            "the block CERTIFICATE that begins in line 2 is not Base64"),
        Arguments.of(
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "certificate 1 cannot be read"));
  }

  @ParameterizedTest
  @MethodSource("brokenCertificates")
  void saysWhatIsWrongWithABrokenCertificate(String content, String reason) throws Exception {
    Path certificate = directory.resolve("broken.crt");
    Files.writeString(certificate, content);

    assertRefused(certificate, certificate)
        .hasMessageStartingWith(certificate + ": ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hello",
        "-----BEGIN PRIVATE KEY-----\nMII=\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY-----\nMIIB\n-----END DSA PRIVATE KEY-----",
      })
  void refusesABrokenKeyByName(String content) throws Exception {
    PemPair files = authority.issue("a").writeTo(directory, "server");
    TestAuthority.writePrivate(files.key(), content);

    assertRefused(files.certificate(), files.key()).hasMessageStartingWith(files.key() + ": ");
  }

  @Test
  void knowsThatACertificateHasExpired() throws Exception {
    PemPair files = authority.issueExpired("a").writeTo(directory, "server");
    Identity identity = Identity.read(files.certificate(), files.key());

    assertThat(identity.outOfDate(Instant.now())).get().asString().contains("expired at");
  }

  @Test
  void showsNothingOfTheKey() throws Exception {
    PemPair files = authority.issue("a").writeTo(directory, "server");

    assertThat(Identity.read(files.certificate(), files.key())).hasToString("Identity[CN=a]");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Path certificate, Path key) {
    return assertThatThrownBy(() -> Identity.read(certificate, key))
        .isInstanceOf(TlsConfigurationException.class);
  }
}
