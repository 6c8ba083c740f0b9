package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.ListenerTlsConfig.ClientCertificates;
import dev.postern.proxy.config.TlsMode;
import dev.postern.proxy.tls.TestAuthority.PemPair;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files for TLS, looked at without a connection. */
final class ListenerFilesTest {
  private final TestAuthority authority = new TestAuthority("servers");

  @TempDir private Path directory;

  @Test
  void acceptsACertificateWithItsKey() {
    assertThatCode(() -> ServerTls.check(listener(pair("server"), false)))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesAKeyOfAnotherCertificate() throws Exception {
    PemPair mixed = new PemPair(pair("one").certificate(), pair("two").key());

    assertThatExceptionOfType(TlsConfigurationException.class)
        .isThrownBy(() -> ServerTls.check(listener(mixed, false)))
        .withMessageContaining("does not belong to the certificate");
  }

  @Test
  void refusesAFileThatHoldsNoCertificate() throws Exception {
    PemPair files = pair("server");
    Files.writeString(files.certificate(), "nothing");

    assertThatExceptionOfType(TlsConfigurationException.class)
        .isThrownBy(() -> ServerTls.check(listener(files, false)))
        .withMessageContaining("holds no certificate");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void doesNotWaitForAPipeInThePlaceOfTheCertificate() throws Exception {
    PemPair files = pair("server");
    Files.delete(files.certificate());
    String pipe = files.certificate().toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();

    assertThatExceptionOfType(TlsConfigurationException.class)
        .isThrownBy(() -> ServerTls.check(listener(files, false)))
        .withMessageContaining("is no regular file");
  }

  @Test
  void refusesAFileThatHoldsNoAuthorityOfClients() throws Exception {
    PemPair files = pair("server");
    Path clientCa = Files.writeString(directory.resolve("clients.crt"), "nothing");
    ListenerTlsConfig tls =
        new ListenerTlsConfig(
            TlsMode.REQUIRED,
            files.certificate(),
            files.key(),
            false,
            ClientCertificates.REQUIRE,
            clientCa,
            null);

    assertThatExceptionOfType(TlsConfigurationException.class)
        .isThrownBy(() -> ServerTls.check(new ListenerConfig("127.0.0.1", 1, tls)))
        .withMessageStartingWith(clientCa + ": holds no certificate");
  }

  @Test
  void refusesAFileThatHoldsNoAuthorityOfServers() throws Exception {
    Path root = Files.writeString(directory.resolve("root.crt"), "nothing");
    BackendTls tls = new BackendTls(BackendTls.Mode.VERIFY_FULL, root, null, null);

    assertThatExceptionOfType(TlsConfigurationException.class)
        .isThrownBy(() -> BackendTlsContexts.check(tls))
        .withMessageStartingWith(root + ": holds no certificate");
  }

  @Test
  void makesNoCertificate() throws Exception {
    PemPair absent = new PemPair(directory.resolve("new.crt"), directory.resolve("new.key"));

    ServerTls.check(listener(absent, true));

    assertThat(directory).isEmptyDirectory();
  }

  private PemPair pair(String name) throws Exception {
    return authority.issue(TestAuthority.keys("EC", 256), "localhost").writeTo(directory, name);
  }

  private static ListenerConfig listener(PemPair files, boolean generate) {
    return new ListenerConfig(
        "127.0.0.1",
        1,
        new ListenerTlsConfig(
            TlsMode.REQUIRED, files.certificate(), files.key(), generate, null, null, null));
  }
}
