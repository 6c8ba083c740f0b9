package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 5929, section 4.1. */
final class EndpointBindingTest {

  @ParameterizedTest
  @CsvSource({
    "EC,  256,  SHA256withECDSA, SHA-256",
    "EC,  384,  SHA384withECDSA, SHA-384",
    "EC,  256,  SHA512withECDSA, SHA-512",
    "RSA, 2048, SHA256withRSA,   SHA-256",
    "RSA, 2048, SHA512withRSA,   SHA-512",
    "EC,  256,  SHA3-256withECDSA, SHA3-256",
  })
  void hashesWithTheSignaturesOwnHash(String algorithm, int size, String signature, String expected)
      throws Exception {
    assertHash(selfSigned(TestAuthority.keys(algorithm, size), signature), expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MD5withRSA", "SHA1withRSA"})
  void hashesWithSha256WhereTheSignaturesHashIsWeak(String signature) throws Exception {
    assertHash(selfSigned(TestAuthority.keys("RSA", 2048), signature), "SHA-256");
  }

  @ParameterizedTest
  @CsvSource({
    "SHA1withRSAandMGF1,   SHA-256",
    "SHA256withRSAandMGF1, SHA-256",
    "SHA384withRSAandMGF1, SHA-384",
    "SHA512withRSAandMGF1, SHA-512",
  })
  void readsTheHashOfRsaPssFromItsParameters(String signature, String expected) throws Exception {
    assertHash(selfSigned(TestAuthority.keys("RSA", 2048), signature), expected);
  }

  @Test
  void hasNoneForEd25519BecauseItsSignatureHasNoSingleHash() throws Exception {
    X509Certificate certificate = selfSigned(TestAuthority.keys("Ed25519", 255), "Ed25519");

    assertThat(EndpointBinding.of(certificate)).isEmpty();
  }

  private static void assertHash(X509Certificate certificate, String algorithm) throws Exception {
    byte[] expected = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());

    assertThat(EndpointBinding.of(certificate))
        .hasValueSatisfying(
            binding -> assertThat(binding.hash()).isEqualTo(Bytes.copyOf(expected)));
  }

  private static X509Certificate selfSigned(KeyPair keys, String signature) throws Exception {
    X500Principal name = new X500Principal("CN=localhost");
    Date now = Date.from(Instant.now());
    return new JcaX509CertificateConverter()
        .getCertificate(
            new JcaX509v3CertificateBuilder(name, BigInteger.ONE, now, now, name, keys.getPublic())
                .build(
                    new JcaContentSignerBuilder(signature)
                        .setProvider(new BouncyCastleProvider())
                        .build(keys.getPrivate())));
  }
}
