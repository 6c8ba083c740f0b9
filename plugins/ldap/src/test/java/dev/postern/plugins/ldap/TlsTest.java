package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.FailureKind;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.Authenticator;
import dev.postern.testkit.TestCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A password goes to the directory that the operator named, and to nobody else. */
final class TlsTest {
  @TempDir Path home;

  @BeforeEach
  void writeTrust() {
    TestDirectory.AUTHORITY.writeChain(home.resolve("ca.crt"));
  }

  @Test
  void logsInByStartTls() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      assertLetsIn(directory.plain(), "tls: {trust: ca.crt}");
    }
  }

  @Test
  void logsInByTlsFromTheFirstByte() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      assertLetsIn(directory.tls(), "tls: {trust: ca.crt}");
    }
  }

  @Test
  void logsInAtAnAddressThatIsInTheCertificate() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      assertLetsIn(address(directory.tls()), "tls: {trust: ca.crt}");
      assertLetsIn(address(directory.plain()), "tls: {trust: ca.crt}");
    }
  }

  @Test
  void logsInWithoutTlsOnThisMachineWhereThatIsWritten() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      assertLetsIn(directory.plain(), "tls: {start-tls: false}");
    }
  }

  @Test
  void showsNothingToAServerWithACertificateForAnotherName() throws Exception {
    TestCertificate other = TestDirectory.AUTHORITY.server("ldap.example.com");
    try (TestDirectory directory = TestDirectory.startAs(other)) {
      assertShowsNothing(directory, directory.tls());
      assertShowsNothing(directory, directory.plain());
    }
  }

  @Test
  void showsNothingToAServerWithACertificateForAnotherAddress() throws Exception {
    TestCertificate other = TestDirectory.AUTHORITY.server("localhost");
    try (TestDirectory directory = TestDirectory.startAs(other)) {
      assertShowsNothing(directory, address(directory.tls()));
      assertShowsNothing(directory, address(directory.plain()));
    }
  }

  @Test
  void showsNothingToAServerOfAnotherAuthority() throws Exception {
    TestCertificate other = TestCertificate.authority("somebody").server("localhost");
    try (TestDirectory directory = TestDirectory.startAs(other)) {
      assertShowsNothing(directory, directory.tls());
      assertShowsNothing(directory, directory.plain());
    }
  }

  @Test
  void showsNothingToAServerWhoseCertificateHasExpired() throws Exception {
    TestCertificate expired = TestDirectory.AUTHORITY.expiredServer("localhost");
    try (TestDirectory directory = TestDirectory.startAs(expired)) {
      assertShowsNothing(directory, directory.tls());
    }
  }

  @Test
  void showsNothingToAServerThatRefusesStartTls() throws Exception {
    try (ScriptedServer server = ScriptedServer.refusingEverything()) {
      try (Authenticator authenticator = authenticator(server.uri(), "tls: {trust: ca.crt}")) {
        AuthenticationException refusal =
            Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
        assertThat(refusal.kind()).isEqualTo(FailureKind.PLUGIN);
        assertThat(refusal).hasMessageContaining("no StartTLS");
      }
      assertThat(server.received()).doesNotContain(TestDirectory.PASSWORD);
    }
  }

  @Test
  void aTrustFileThatChangesCountsForTheNextConnection() throws Exception {
    TestCertificate newAuthority = TestCertificate.authority("new");
    try (TestDirectory directory = TestDirectory.startAs(newAuthority.server("localhost"));
        Authenticator authenticator = authenticator(directory.tls(), "tls: {trust: ca.crt}")) {
      Setup.refused(authenticator, "alice", TestDirectory.PASSWORD);
      newAuthority.writeChain(home.resolve("ca.crt"));
      aged(home.resolve("ca.crt"));

      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
          .isEqualTo("alice");
    }
  }

  @Test
  void aTrustFileThatBreaksLeavesTheOldOneInService() throws Exception {
    try (TestDirectory directory = TestDirectory.start();
        Authenticator authenticator = authenticator(directory.tls(), "tls: {trust: ca.crt}")) {
      Files.writeString(home.resolve("ca.crt"), "nonsense");
      aged(home.resolve("ca.crt"));

      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
          .isEqualTo("alice");
    }
  }

  private void assertLetsIn(URI server, String tls) throws Exception {
    try (Authenticator authenticator = authenticator(server, tls)) {
      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).name())
          .isEqualTo("alice");
    }
  }

  private void assertShowsNothing(TestDirectory directory, URI server) throws Exception {
    try (Authenticator authenticator = authenticator(server, "tls: {trust: ca.crt}")) {
      assertThat(Setup.refused(authenticator, "alice", TestDirectory.PASSWORD).kind())
          .isEqualTo(FailureKind.PLUGIN);
    }
    assertThat(directory.binds).isEmpty();
  }

  private Authenticator authenticator(URI server, String tls) throws Exception {
    return Setup.authenticator(
        home,
        """
        servers: ["%s"]
        user-dn: "uid={user},ou=people,dc=example,dc=com"
        %s
        """
            .formatted(server, tls));
  }

  private static URI address(URI uri) {
    return URI.create(uri.getScheme() + "://127.0.0.1:" + uri.getPort());
  }

  /** So that the change shows where the file system's clock is coarse. */
  private static void aged(Path file) throws Exception {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(60)));
  }
}
