package dev.postern.plugins.staticroutes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Secret;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.TlsSettings;
import dev.postern.testkit.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StaticRoutesConfigTest {
  private static final BackendSettings SERVER = new BackendSettings("db.example.com", null, null);
  private static final MatchConfig MATCH = new MatchConfig("app", null, null, null);

  @TempDir Path directory;

  @Test
  void timesHaveDefaults() {
    StaticRoutesConfig config = new StaticRoutesConfig(null, null, null, List.of(route("a", null)));
    assertThat(config.effectiveRetryAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.effectiveRetryAfterLimit()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void aLongFirstTimeRaisesTheDefaultLimit() {
    Duration first = Duration.ofMinutes(3);
    StaticRoutesConfig config =
        new StaticRoutesConfig(first, null, null, List.of(route("a", null)));
    assertThat(config.effectiveRetryAfterLimit()).isEqualTo(first);
  }

  @Test
  void aLimitBelowTheFirstTimeIsRefused() {
    assertThatThrownBy(
            () ->
                new StaticRoutesConfig(
                    null, Duration.ofSeconds(1), null, List.of(route("a", null))))
        .hasMessageContaining("retry-after-limit");
  }

  @Test
  void noRouteAtAllIsRefused() {
    assertThatThrownBy(() -> new StaticRoutesConfig(null, null, null, List.of()))
        .hasMessageContaining("routes: none");
  }

  @Test
  void twoRoutesOfOneNameAreRefused() {
    assertThatThrownBy(
            () ->
                new StaticRoutesConfig(
                    null, null, null, List.of(route("a", MATCH), route("a", null))))
        .hasMessageContaining("routes[1].name: \"a\"");
  }

  @Test
  void routesAfterOneThatMatchesEverythingAreRefused() {
    assertThatThrownBy(
            () ->
                new StaticRoutesConfig(
                    null, null, null, List.of(route("a", null), route("b", MATCH))))
        .hasMessageContaining("never used");
  }

  @Test
  void anEmptyMatchSectionIsRefused() {
    assertThatThrownBy(() -> new MatchConfig(null, null, null, null))
        .hasMessageContaining("empty (expected: database, user, sni");
  }

  @Test
  void oneServerTwiceInARouteIsRefused() {
    List<BackendSettings> twice =
        List.of(SERVER, new BackendSettings("db.example.com", 5432, null));
    assertThatThrownBy(() -> new RouteConfig("a", null, twice, null, null, null, null))
        .hasMessageContaining("twice");
  }

  @ParameterizedTest
  @CsvSource({
    "db.example.com, REQUIRE",
    "192.0.2.1, REQUIRE",
    "127.0.0.1.example.com, REQUIRE",
    "127.0.0.1, PREFER",
    "127.1.2.3, PREFER",
    "localhost, PREFER",
    "::1, PREFER"
  })
  void tlsIsRequiredExceptOnLoopback(String host, BackendTls.Mode mode) {
    assertThat(new BackendSettings(host, null, null).toBackend().tls().mode()).isEqualTo(mode);
  }

  @Test
  void aRootCertificateWithoutAModeMeansVerifyFull() throws Exception {
    Path ca = TestCertificate.authority("ca").writeChain(directory.resolve("ca.crt"));
    TlsSettings tls = new TlsSettings(null, ca, null, null);
    assertThat(new BackendSettings("127.0.0.1", null, tls).toBackend().tls())
        .isEqualTo(new BackendTls(BackendTls.Mode.VERIFY_FULL, ca, null, null));
  }

  @Test
  void aMissingCertificateFileIsRefused() {
    Path missing = directory.resolve("ca.crt");
    assertThatThrownBy(() -> new TlsSettings(null, missing, null, null))
        .hasMessageContaining("root-certificate")
        .hasMessageContaining(missing.toString());
  }

  @ParameterizedTest
  @CsvSource({
    "'', holds no certificate",
    "hello, holds no certificate",
    "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----, holds no certificate",
    "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----, a certificate in"
  })
  void aRootCertificateFileWithoutACertificateIsRefused(String content, String complaint)
      throws Exception {
    Path file = Files.writeString(directory.resolve("ca.crt"), content);
    assertThatThrownBy(() -> new TlsSettings(null, file, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("root-certificate: " + complaint)
        .hasMessageContaining(file.toString());
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeInThePlaceOfARootCertificateIsNotWaitedFor() throws Exception {
    Path pipe = directory.resolve("ca.crt");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> new TlsSettings(null, pipe, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("root-certificate: is no regular file: " + pipe);
  }

  @Test
  void certificatesWithoutTlsAreRefused() throws Exception {
    Path ca = Files.createFile(directory.resolve("ca.crt"));
    assertThatThrownBy(() -> new TlsSettings(BackendTls.Mode.DISABLE, ca, null, null))
        .hasMessageContaining("mode: disable");
  }

  @Test
  void aLoginWithoutRoleAndPasswordIsTheClientsOwn() {
    assertThat(new LoginSettings(null, null, null, null, null).toBackendLogin())
        .isEqualTo(BackendLogin.AS_CLIENT);
  }

  @Test
  void aLoginWithARoleUsesNeitherKeyNorMappingUnlessAsked() {
    Secret password = Secret.ofPassword("for a test".toCharArray());
    assertThat(new LoginSettings("role", null, password, null, null).toBackendLogin())
        .isEqualTo(new BackendLogin("role", false, password, false, false));
    assertThat(new LoginSettings("role", true, null, true, true).toBackendLogin())
        .isEqualTo(new BackendLogin("role", true, null, true, true));
  }

  private static RouteConfig route(String name, @Nullable MatchConfig match) {
    return new RouteConfig(name, match, List.of(SERVER), null, null, null, null);
  }
}
