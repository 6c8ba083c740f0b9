package dev.postern.plugins.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.Authenticator;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.ReadmeExample;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's example does what it says there. */
final class ReadmeTest {
  /** The part of the configuration file that the example shows. */
  public record Example(PluginInstanceConfig authenticator, PluginInstanceConfig router) {}

  @TempDir Path home;

  @Test
  void aliceLogsInWithHerAttributes() throws Exception {
    try (TestDirectory directory = TestDirectory.start()) {
      directory.add("ou=services,dc=example,dc=com", "objectClass: organizationalUnit");
      directory.add(
          "cn=postern,ou=services,dc=example,dc=com",
          "objectClass: person",
          "userPassword: " + TestDirectory.ACCOUNT_PASSWORD);
      Path conf = Files.createDirectory(home.resolve("conf"));
      TestDirectory.AUTHORITY.writeChain(conf.resolve("ldap-ca.crt"));
      Path password = conf.resolve("ldap.password");
      Files.writeString(password, TestDirectory.ACCOUNT_PASSWORD);
      Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
      String yaml =
          ReadmeExample.yaml().replace("ldaps://ldap1.example.com", directory.tls().toString());

      Binder binder = new Binder(home, Map.of());
      PluginInstanceConfig instance = binder.bind(yaml, Example.class).authenticator();
      assertThat(instance.plugin()).isEqualTo(new LdapAuthenticatorFactory().name());

      Authenticator authenticator =
          new LdapAuthenticatorFactory()
              .create(
                  binder.bind(instance.config(), LdapConfig.class),
                  FakePluginContext.named("directory"));

      assertThat(Setup.logIn(authenticator, "alice", TestDirectory.PASSWORD).attributes())
          .containsEntry("mail", "alice@example.com")
          .containsEntry("groups", "circle,developers,everyone,staff");
      authenticator.close();
    }
  }
}
