package dev.postern.plugins.scram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is what Postern accepts, and means what it says. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(PluginInstanceConfig authenticator) {}

  @TempDir Path home;

  @Test
  void theExampleIsAccepted() throws Exception {
    Binder binder = new Binder(home, Map.of());
    Example example = binder.bind(ReadmeExample.yaml(), Example.class);
    PluginInstanceConfig instance = example.authenticator();
    assertThat(instance.plugin()).isEqualTo(new ScramAuthenticatorFactory().name());

    assertThat(binder.bind(instance.config(), ScramConfig.class)).isEqualTo(new ScramConfig());
  }
}
