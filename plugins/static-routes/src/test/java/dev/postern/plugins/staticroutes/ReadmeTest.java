package dev.postern.plugins.staticroutes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.api.routing.settings.LoginSettings;
import dev.postern.api.routing.settings.PoolSettings;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is what Postern accepts, and means what it says. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(PluginInstanceConfig router) {}

  @TempDir Path home;

  @Test
  void theExampleIsAccepted() throws Exception {
    for (String file : List.of("conf/tls/ca.crt", "conf/tls/postern.crt", "conf/tls/postern.key")) {
      write(file, "");
    }
    TestCertificate.authority("ca").writeChain(home.resolve("conf/tls/ca.crt"));
    write("conf/secrets/reader.password", "for a test");
    Binder binder = new Binder(home, Map.of());
    Example example = binder.bind(ReadmeExample.yaml(), Example.class);
    assertThat(example.router().plugin()).isEqualTo(new StaticRoutesFactory().name());

    StaticRoutesConfig config = binder.bind(example.router().config(), StaticRoutesConfig.class);

    RouteConfig reports = config.routes().getFirst();
    BackendSettings first = reports.backends().getFirst();
    assertThat(config.retryAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.retryAfterLimit()).isEqualTo(Duration.ofMinutes(1));
    assertThat(reports.match())
        .isEqualTo(new MatchConfig("reports*", "analyst", "*.example.com", "psql"));
    assertThat(reports.balance()).isEqualTo(Balance.LEAST_CONNECTIONS);
    assertThat(reports.database()).isEqualTo("reports_v2");
    assertThat(first.toBackend().tls().mode()).isEqualTo(BackendTls.Mode.VERIFY_FULL);
    assertThat(first.toBackend().tls().rootCertificate())
        .isEqualTo(home.resolve("conf/tls/ca.crt"));
    assertThat(reports.login())
        .isEqualTo(
            new LoginSettings(
                "reader", null, Secret.ofPassword("for a test".toCharArray()), null, null));
    assertThat(PoolSettings.pooling(reports.pool(), config.pool()))
        .isEqualTo(
            Pooling.TRANSACTION.with(pool -> pool.size(50).waitTimeout(Duration.ofSeconds(10))));
    assertThat(config.routes().getLast().match()).isNull();
    assertThat(config.routes().getLast().pool()).isNull();
  }

  private void write(String file, String content) throws Exception {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }
}
