package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Secret;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example is what Postern accepts, and means what it says. */
final class ReadmeTest {
  private static final String KEY = "a key that is long enough";

  /** The part of the configuration file that the example shows. */
  public record Example(List<PluginInstanceConfig> interceptors) {}

  @TempDir Path home;

  @Test
  void theExampleIsAccepted() throws Exception {
    write("conf/catalog.password");
    write("conf/mask.key");
    Binder binder = new Binder(home, Map.of());
    Example example = binder.bind(ReadmeExample.yaml(), Example.class);
    PluginInstanceConfig instance = example.interceptors().getFirst();
    assertThat(instance.plugin()).isEqualTo(new MaskFactory().name());
    Secret secret = Secret.ofPassword(KEY.toCharArray());

    MaskConfig config = binder.bind(instance.config(), MaskConfig.class);

    assertThat(config.catalog())
        .isEqualTo(
            new CatalogConfig(
                "postern_catalog",
                secret,
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofSeconds(10)));
    PolicyConfig policy = config.policies().getFirst();
    assertThat(policy.users()).containsExactly("support", "temp_*");
    assertThat(policy.columns())
        .containsExactly(
            column("ssn", Masking.PARTIAL, null, null, 4, null),
            column("email", Masking.HASHED, null, null, null, secret),
            column("city", Masking.TRUNCATED, null, 1, null, null),
            column("born", Masking.FIXED, "1900-01-01", null, null, null),
            column("phone", Masking.NULLED, null, null, null, null));
    assertThat(policy.refusesUnprovable()).isTrue();
    assertThat(policy.refusesCopyTo()).isTrue();
    assertThat(policy.withholdsErrors()).isTrue();
    assertThat(config.effectiveTrustedFunctions())
        .containsExactly(new QualifiedName("public", "slugify"));
  }

  private static ColumnConfig column(
      String name,
      Masking with,
      @Nullable String value,
      @Nullable Integer first,
      @Nullable Integer last,
      @Nullable Secret key) {
    return new ColumnConfig("public.customers", name, with, value, first, last, null, key);
  }

  private void write(String file) throws Exception {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, KEY);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }
}
