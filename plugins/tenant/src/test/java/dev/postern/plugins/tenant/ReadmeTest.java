package dev.postern.plugins.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.ReadmeExample;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example does what it says there. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(PluginInstanceConfig router) {}

  @TempDir Path home;

  @Test
  void sessionsGoWhereTheExampleSays() throws Exception {
    Files.createDirectories(home.resolve("conf/tls"));
    TestCertificate.authority("ca").writeChain(home.resolve("conf/tls/servers-ca.crt"));
    Path password = Files.writeString(home.resolve("conf/app.password"), "for a test");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    Files.writeString(home.resolve("conf/tenants.yaml"), file());
    Binder binder = new Binder(home, Map.of());
    PluginInstanceConfig instance = binder.bind(ReadmeExample.yaml(), Example.class).router();
    assertThat(instance.plugin()).isEqualTo(new TenantRouterFactory().name());

    try (FakePluginContext context = FakePluginContext.in(home, "tenants");
        Router router =
            new TenantRouterFactory()
                .create(binder.bind(instance.config(), TenantConfig.class), context)) {
      Route globex = Objects.requireNonNull(route(router, "globex", "globex"));
      assertThat(globex.backends()).singleElement().hasToString("shard-1.db.example.com:5432");
      assertThat(globex.database()).isEqualTo("tenant_globex");
      assertThat(globex.login().user()).isEqualTo("app");
      assertThat(globex.pooling().size()).isEqualTo(20);

      Route acme = Objects.requireNonNull(route(router, "acme", "acme"));
      assertThat(acme.backends()).hasSize(2);
      assertThat(acme.pooling().size()).isEqualTo(100);

      assertThat(route(router, "globex", "acme")).isNull();
    }
  }

  private static @Nullable Route route(Router router, String tenant, String belongsTo)
      throws Exception {
    return router.route(
        new RoutingRequest(
            Samples.tlsClient(tenant + ".pg.example.com"),
            Samples.startup("alice", tenant),
            AuthenticatedUser.named("alice").withAttributes(Map.of("tenant", belongsTo))));
  }

  private static String file() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String begin = "```yml\n";
    int start = readme.indexOf(begin) + begin.length();
    return readme.substring(start, readme.indexOf("```", start));
  }
}
