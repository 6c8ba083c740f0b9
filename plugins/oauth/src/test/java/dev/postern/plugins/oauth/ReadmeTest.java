package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.Authenticator;
import dev.postern.plugins.oauth.issuer.TestIssuer;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example does what it says there. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(PluginInstanceConfig authenticator, PluginInstanceConfig router) {}

  @TempDir Path home;

  @Test
  void aliceLogsInWithHerAttributes() throws Exception {
    try (TestIssuer issuer = TestIssuer.started();
        FakePluginContext context = FakePluginContext.in(home, "sso")) {
      Path conf = Files.createDirectory(home.resolve("conf"));
      TestIssuer.AUTHORITY.writeChain(conf.resolve("sso-ca.crt"));
      Path password = Files.writeString(conf.resolve("app.password"), "x");
      Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
      String yaml =
          ReadmeExample.yaml().replace("https://sso.example.com/realms/company", issuer.issuer());

      Binder binder = new Binder(home, Map.of());
      PluginInstanceConfig instance = binder.bind(yaml, Example.class).authenticator();
      assertThat(instance.plugin()).isEqualTo(new OauthAuthenticatorFactory().name());

      Instant now = context.clock().instant();
      String token =
          issuer
              .token(TestIssuer.KEY, now)
              .with("sub", "8e6b1c52")
              .with("preferred_username", "alice")
              .with("email", "alice@example.com")
              .with("realm_access", Map.of("roles", List.of("developers")))
              .signed();
      try (Authenticator authenticator =
          new OauthAuthenticatorFactory()
              .create(binder.bind(instance.config(), OauthConfig.class), context)) {
        assertThat(authenticator.authenticate(Setup.bearer("alice", token)).attributes())
            .isEqualTo(Map.of("mail", "alice@example.com", "groups", "developers"));
      }
    }
  }

  @Test
  void theOtherExamplesAreAccepted() throws Exception {
    Path secret =
        Files.writeString(
            Files.createDirectory(home.resolve("conf")).resolve("introspection.secret"), "x");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Binder binder = new Binder(home, Map.of());
    List<String> examples =
        Pattern.compile("```yml\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(examples).hasSize(4);
    for (String example : examples) {
      if (example.startsWith("rules:")) {
        assertThat(binder.bind(example, UserRules.class).rules()).isNotEmpty();
      } else {
        binder.bind(
            "issuer: https://sso.example.com\naudience: [a]\nscopes: []\n" + example,
            OauthConfig.class);
      }
    }
  }
}
