package dev.postern.plugins.querylog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is what Postern accepts, and means what it says. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(List<PluginInstanceConfig> interceptors) {}

  @TempDir Path home;

  @Test
  void theExampleIsAccepted() throws Exception {
    Binder binder = new Binder(home, Map.of());
    Example example = binder.bind(ReadmeExample.yaml(), Example.class);
    PluginInstanceConfig instance = example.interceptors().getFirst();
    assertThat(instance.plugin()).isEqualTo(new QueryLogFactory().name());

    assertThat(binder.bind(instance.config(), QueryLogConfig.class))
        .isEqualTo(
            new QueryLogConfig(
                home.resolve("logs/queries.jsonl"),
                2048,
                false,
                Duration.ofMillis(100),
                new NameFilter(List.of("alice", "bob"), List.of("monitoring")),
                new NameFilter(null, List.of("postgres"))));
  }
}
