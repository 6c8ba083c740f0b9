package dev.postern.plugins.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.config.AuthenticatorsConfig;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.TestCertificate;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.ReadmeExample;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example does what it says there. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(AuthenticatorsConfig authenticators) {}

  @TempDir Path home;

  @Test
  void theExampleDecidesAsItSays() throws Exception {
    Path conf = Files.createDirectory(home.resolve("conf"));
    Files.writeString(conf.resolve("pg_hba.conf"), block("conf"));
    Files.writeString(conf.resolve("pg_ident.conf"), block("ident"));
    Binder binder = new Binder(home, Map.of());
    PluginInstanceConfig first =
        binder.bind(ReadmeExample.yaml(), Example.class).authenticators().chain().getFirst();
    assertThat(first.plugin()).isEqualTo(new RulesAuthenticatorFactory().name());

    var rules =
        Setup.create(
            binder.bind(first.config(), RulesConfig.class), FakePluginContext.named("rules"));

    assertThat(Setup.outcome(rules, "127.0.0.1", "monitor", "postgres")).isEqualTo("trust");
    assertThat(Setup.outcome(rules, "10.1.2.3", "alice", "app")).contains("no pg_hba.conf entry");
    assertThat(encrypted(rules, "10.1.2.3", "alice")).isEqualTo("scram");
    assertThat(encrypted(rules, "10.1.2.3", "postgres")).contains("pg_hba.conf rejects");
    assertThat(encrypted(rules, "192.0.2.7", "batch")).isEqualTo("trust");
    assertThat(encrypted(rules, "192.0.2.7", "alice")).contains("no pg_hba.conf entry");
  }

  private static String encrypted(
      dev.postern.api.auth.Authenticator rules, String address, String user) {
    var tls = Setup.tls(TestCertificate.authority("clients").client(user + ".jobs.example.com"));
    return Setup.outcome(rules, Setup.exchange(address, tls, Samples.startup(user, "app")));
  }

  private static String block(String language) throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String begin = "```" + language + "\n";
    int start = readme.indexOf(begin) + begin.length();
    return readme.substring(start, readme.indexOf("```", start));
  }
}
