package dev.postern.plugins.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DataSize;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Path;
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
    assertThat(instance.plugin()).isEqualTo(new RecorderFactory().name());

    assertThat(binder.bind(instance.config(), RecorderConfig.class))
        .isEqualTo(
            new RecorderConfig(
                home.resolve("data/recordings"),
                new NameFilter(List.of("alice"), List.of("monitoring")),
                new NameFilter(List.of("app"), null),
                new RedactConfig(true, true, true, false),
                DataSize.ofMebibytes(64),
                DataSize.ofMebibytes(1024)));
  }
}
