package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops the start when an instance is created. */
final class PluginCreationRefusalTest {
  private final PluginDirectory directory;

  PluginCreationRefusalTest(@TempDir Path home) throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesAClassThatIsMissingWhenAnInstanceIsCreated() throws Exception {
    directory
        .jar("auth.jar")
        .source("lib.Needed", "package lib; public class Needed {}")
        .without("lib.Needed")
        .authenticator(
            PluginSources.authenticatorSource(
                "auth", "", "new lib.Needed().hashCode();", "return null;"))
        .build();

    directory.assertRefusedWith(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: class lib.Needed is missing (put"
            + " the library");
  }

  @Test
  void refusesCreationThatThrows() throws Exception {
    create("if (true) throw new java.io.IOException(\"ldap.example does not answer\");");

    directory.assertRefused(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: failed with java.io.IOException:"
            + " ldap.example does not answer (see the plugin's documentation, or remove the"
            + " plugin)");
  }

  @Test
  void refusesCreationOfNothing() throws Exception {
    create("if (true) return null;");

    directory.assertRefused(
        "plugins/auth.jar: postern.yaml:2:16: authenticator auth: create gave nothing (see the plugin's"
            + " documentation)");
  }

  @Test
  void closesWhatWasCreatedBeforeACreationThatThrows() throws Exception {
    PluginSources.interceptor(directory.jar("sees.jar"), "sees").build();
    directory
        .jar("worse.jar")
        .source(
            "x.SeesFactory",
            """
            package x;
            import dev.postern.api.*;
            import dev.postern.api.intercept.*;
            public final class SeesFactory implements MessageInterceptorFactory<SeesFactory.Config> {
              public record Config() {}
              @Override public String name() { return "worse"; }
              @Override public Class<Config> configType() { return Config.class; }
              @Override public MessageInterceptor create(Config config, PluginContext context) {
                throw new IllegalStateException("never");
              }
            }
            """)
        .service(PluginKind.INTERCEPTOR, "x.SeesFactory")
        .build();

    directory.assertRefusedWith(
        PluginDirectory.PLAIN
            + """
            interceptors:
              - {plugin: sees, config: {journal: journal, failing: false}}
              - {plugin: worse}
            """,
        "plugins/worse.jar: postern.yaml:6:5: interceptor worse: failed with");
    assertThat(directory.home().resolve("journal")).hasContent("create sees\nclose sees\n");
  }

  private void create(String body) throws Exception {
    directory
        .jar("auth.jar")
        .authenticator(PluginSources.authenticatorSource("auth", "", body, "return null;"))
        .build();
  }
}
