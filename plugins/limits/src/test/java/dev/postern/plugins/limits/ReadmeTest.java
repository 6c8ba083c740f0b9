package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Query;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.ReadmeExample;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The README's example does what it says there. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(List<PluginInstanceConfig> interceptors) {}

  @Test
  void alicesNextStatementIsRefusedAsShown() throws Exception {
    Binder binder = new Binder(Path.of("."), Map.of());
    PluginInstanceConfig instance =
        binder.bind(ReadmeExample.yaml(), Example.class).interceptors().getFirst();
    LimitsFactory factory = new LimitsFactory();
    assertThat(instance.plugin()).isEqualTo(factory.name());
    LimitsConfig config = binder.bind(instance.config(), LimitsConfig.class);

    try (FakePluginContext context = FakePluginContext.named("limits")) {
      FakeInterests alice = new FakeInterests();
      LimitsFactory.create(config, context, () -> 0).open(Samples.session("alice", "app"), alice);
      for (int i = 0; i < 400; i++) {
        Play.run(alice, "select " + i);
      }
      assertThat(Files.readString(Path.of("README.md")))
          .contains("ERROR:  53400: " + Play.refusal(alice.onClient(new Query("select 401"))));
    }
  }
}
