package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.plugins.mask.MaskFactory;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.ProgramRun;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.spi.FakePluginContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README of {@code mask} shows is what psql shows. */
final class MaskReadmeIT {
  private static final String PROMPT = "shop=> ";

  /** The part of the configuration file that the example shows. */
  public record Example(List<PluginInstanceConfig> interceptors) {}

  @TempDir Path home;

  @Test
  void theExampleDoesWhatTheReadmeSays() throws Exception {
    String readme = Files.readString(Path.of("../plugins/mask/README.md"));
    for (String role : List.of("support", "postern_catalog")) {
      Gateways.server().createRole(role, Gateways.PASSWORD);
    }
    Gateways.server().execute("DROP DATABASE IF EXISTS shop");
    Gateways.server().createDatabase("shop", "support");
    try (Connection connection = Gateways.server().superuser("shop");
        Statement statement = connection.createStatement()) {
      statement.execute(block(readme, "sql"));
      statement.execute("GRANT ALL ON customers TO support");
    }
    write("conf/catalog.password", Gateways.PASSWORD);
    write("conf/mask.key", "a key that is long enough");
    Binder binder = new Binder(home, Map.of());
    var config =
        binder.bind(
            binder.bind(block(readme, "yaml"), Example.class).interceptors().getFirst().config(),
            new MaskFactory().configType());

    try (RunningPostern postern =
        Gateways.before(Gateways.server())
            .interceptor(
                "privacy", new MaskFactory().create(config, FakePluginContext.named("privacy")))
            .start()) {
      postern.importUser(Gateways.server(), "support");
      String shown = block(readme, "text");
      for (String step : shown.substring(PROMPT.length()).split("\n" + PROMPT, -1)) {
        int end = step.indexOf('\n');
        ProgramRun run =
            Psql.through(postern, "support")
                .environment("PGDATABASE", "shop")
                .with("-c", step.substring(0, end))
                .run();
        assertThat((run.output() + run.errors()).strip())
            .as(step)
            .isEqualTo(step.substring(end).strip());
      }
    }
  }

  private static String block(String readme, String language) {
    String begin = "```" + language + "\n";
    int start = readme.indexOf(begin) + begin.length();
    return readme.substring(start, readme.indexOf("```", start));
  }

  private void write(String file, String content) throws Exception {
    Path path = home.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }
}
