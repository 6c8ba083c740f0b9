package dev.postern.proxy.config;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration in the distribution. */
final class SampleConfigurationTest {
  private static final Path SAMPLE = Path.of("..", "distribution/src/main/conf/postern.yaml");

  /** A commented-out section or setting of one; a comment in words does not look like that. */
  private static final Pattern COMMENTED_OUT =
      Pattern.compile("(?m)^# (( *)[a-z-]+:( .*)?| +- (plugin: |\\{).*)$");

  @TempDir Path home;

  @Test
  void isValidInAnEmptyInstallation() throws Exception {
    Configuration configuration = ConfigurationFile.load(SAMPLE, home);

    ListenerConfig listener = configuration.listeners().getFirst();
    assertThat(listener.address()).isEqualTo("127.0.0.1:6432");
    assertThat(listener.effectiveTlsMode()).isEqualTo(TlsMode.OPTIONAL);
    assertThat(listener.tls().effectiveGenerate()).isTrue();
    assertThat(listener.tls().certificate()).isEqualTo(home.resolve("conf/tls/server.crt"));
    assertThat(configuration.effectiveAuthenticators().getFirst().plugin()).isEqualTo("scram");
    assertThat(configuration.effectiveRouters().getFirst().plugin()).isEqualTo("static-routes");
  }

  @Test
  void showsTheDefaultsInItsComments() throws Exception {
    Configuration sample = ConfigurationFile.load(SAMPLE, home);
    Path secret = Files.createDirectories(home.resolve("conf")).resolve("cluster.secret");
    Files.createFile(secret, PosixFilePermissions.asFileAttribute(Set.of(OWNER_READ, OWNER_WRITE)));
    Files.writeString(secret, "0123456789abcdef0123456789abcdef");
    String uncommented = COMMENTED_OUT.matcher(Files.readString(SAMPLE)).replaceAll("$1");

    Configuration spelledOut = ConfigurationFile.parse(uncommented, home);

    assertThat(spelledOut.limits()).isNotEqualTo(LimitsConfig.UNSET);
    assertThat(effective(spelledOut)).isEqualTo(effective(sample));
    assertThat(spelledOut.effectiveInterceptors()).hasSize(1);
    assertThat(spelledOut.cluster()).isNotNull();
  }

  private String effective(Configuration c) {
    LimitsConfig limits = c.limits();
    TimeoutsConfig timeouts = c.timeouts();
    return String.join(
        " ",
        String.valueOf(c.network().effectiveTransport()),
        String.valueOf(c.network().effectiveEventLoops()),
        String.valueOf(limits.effectiveSessions()),
        String.valueOf(limits.effectiveSessionsPerUser()),
        String.valueOf(limits.effectiveSessionsPerAddress()),
        String.valueOf(limits.effectiveLogins()),
        String.valueOf(limits.effectiveFailedLoginsPerAddress()),
        String.valueOf(limits.effectiveInterceptedMessage()),
        String.valueOf(limits.effectivePreparedStatements()),
        String.valueOf(timeouts.effectiveLogin()),
        String.valueOf(timeouts.effectiveConnect()),
        String.valueOf(timeouts.effectiveIdle()),
        String.valueOf(timeouts.effectiveDrain()),
        String.valueOf(timeouts.effectiveInterceptor()),
        String.valueOf(timeouts.effectiveDeparted()),
        String.valueOf(timeouts.effectiveExpired()),
        String.valueOf(c.store().effectiveDirectory(home)),
        String.valueOf(c.store().effectiveBackendPasswordKey(home)),
        String.valueOf(c.admin().effectiveSocket(home)),
        String.valueOf(c.plugins().effectiveDirectory(home)));
  }
}
