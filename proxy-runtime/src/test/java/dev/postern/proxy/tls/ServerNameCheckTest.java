package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of PostgreSQL's own test, src/test/ssl/t/001_ssltests.pl. */
final class ServerNameCheckTest {
  private final TestAuthority authority = new TestAuthority("ca");

  @ParameterizedTest
  @CsvSource({
    "dns1.alt-name.pg-ssltest.test, true",
    "DNS1.ALT-name.PG-ssltest.test, true",
    "dns2.alt-name.pg-ssltest.test, true",
    "foo.wildcard.pg-ssltest.test, true",
    "FOO.Wildcard.pg-ssltest.test, true",
    "wrong.alt-name.pg-ssltest.test, false",
    "deep.subdomain.wildcard.pg-ssltest.test, false",
    "wildcard.pg-ssltest.test, false",
    ".wildcard.pg-ssltest.test, false",
  })
  void comparesHostNamesWithTheAlternativeNames(String host, boolean matches) {
    X509Certificate certificate =
        authority
            .issue(
                "dns1.alt-name.pg-ssltest.test",
                "dns2.alt-name.pg-ssltest.test",
                "*.wildcard.pg-ssltest.test")
            .certificate();

    assertThat(ServerNameCheck.isFor(certificate, host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, true",
    "2001:db8::1, true",
    "2001:DB8:0::0:1, true",
    "192.0.2.2, false",
    "2001:db8::2, false",
  })
  void comparesAddressesWithAddresses(String host, boolean matches) {
    X509Certificate certificate = authority.issue("192.0.2.1", "2001:db8::1").certificate();

    assertThat(ServerNameCheck.isFor(certificate, host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "'CN=common-name.pg-ssltest.test,OU=x', common-name.pg-ssltest.test, true",
    "'CN=common-name.pg-ssltest.test,OU=x', other.pg-ssltest.test, false",
    "'CN=*.wildcard.test', foo.wildcard.test, true",
    "CN=192.0.2.1, 192.0.2.1, true",
    "CN=2001:DB8::1, 2001:db8::1, true",
    "OU=common-name.pg-ssltest.test, common-name.pg-ssltest.test, false",
  })
  void fallsBackToTheCommonNameWithoutAlternativeNames(
      String subject, String host, boolean matches) {
    X509Certificate certificate = authority.issueFor(subject).certificate();

    assertThat(ServerNameCheck.isFor(certificate, host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({
    "CN=common-name.test, dns.test, common-name.test, false",
    "CN=common-name.test, 192.0.2.1, common-name.test, true",
    "CN=192.0.2.1, dns.test, 192.0.2.1, true",
    "CN=192.0.2.1, 192.0.2.2, 192.0.2.1, false",
  })
  void ignoresTheCommonNameOnlyWhereThereAreAlternativesOfTheSameKind(
      String subject, String alternative, String host, boolean matches) {
    X509Certificate certificate = authority.issueFor(subject, alternative).certificate();

    assertThat(ServerNameCheck.isFor(certificate, host)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource({"*, host", "*., host", "*.test, test", "a*.test, ab.test", "*.*.test, a.b.test"})
  void knowsNoOtherWildcards(String pattern, String host) {
    X509Certificate certificate = authority.issueFor("CN=x", pattern).certificate();

    assertThat(ServerNameCheck.isFor(certificate, host)).isFalse();
  }
}
