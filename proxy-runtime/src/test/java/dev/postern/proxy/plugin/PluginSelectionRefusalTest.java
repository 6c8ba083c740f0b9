package dev.postern.proxy.plugin;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops the start because the configuration does not fit the plugins. */
final class PluginSelectionRefusalTest {
  private final PluginDirectory directory;

  PluginSelectionRefusalTest(@TempDir Path home) throws Exception {
    directory = new PluginDirectory(home).withBasics();
  }

  @Test
  void refusesTwoPluginsOfOneKindAndName() throws Exception {
    PluginSources.router(directory.jar("routes-2.jar"), "routes").build();

    directory.assertRefused(
        "plugins/routes.jar: router \"routes\" is in plugins/routes-2.jar too (keep one of them)");
  }

  @Test
  void refusesAnUnknownNameAndSaysWhichAreKnown() throws Exception {
    directory.assertRefused(
        PluginDirectory.HEAD
            + "authenticator: {plugin: oauth}\nrouter: {plugin: routes, config: {port: 1}}\n",
        "postern.yaml:2:16: authenticator: there is no authenticator \"oauth\" (known: auth)");
  }

  @Test
  void refusesAPluginOfAnotherKind() throws Exception {
    directory.assertRefused(
        PluginDirectory.HEAD
            + "authenticator: {plugin: routes}\nrouter: {plugin: routes, name: r, config: {port: 1}}\n",
        "postern.yaml:2:16: authenticator: \"routes\" is of kind router, not authenticator"
            + " (known: auth)");
  }

  @Test
  void saysIfThereIsNoPluginOfAKindAtAll() throws Exception {
    directory.assertRefused(
        PluginDirectory.PLAIN + "interceptors: [{plugin: audit}]\n",
        "postern.yaml:4:16: interceptors[0]: there is no interceptor \"audit\" (there is none at"
            + " all; put its jar into the plugin directory)");
  }

  @Test
  void refusesBadConfigurationAtItsPlace() throws Exception {
    directory.assertRefused(
        PluginDirectory.HEAD
            + """
            authenticator: {plugin: auth, config: {txet: hello}}
            router:
              plugin: routes
              config:
                port: yes
            """,
        """
        postern.yaml:2:40: authenticator.config.txet: unknown setting, did you mean "text"? (a \
        setting of authenticator auth, plugins/auth.jar)
        postern.yaml:6:11: router.config.port: yes (expected: a whole number) (a setting of router \
        routes, plugins/routes.jar)""");
  }

  @Test
  void refusesAConfigurationRecordWithATypeThatIsNotSupported() throws Exception {
    directory
        .jar("auth.jar")
        .authenticator(
            PluginSources.authenticatorSource("auth", "", "", "return null;")
                .replace("String text)", "String text, java.util.Date date)"))
        .build();

    directory
        .assertRefusedWith("plugins/auth.jar: configuration record x.AuthFactory$Config: ")
        .contains("java.util.Date");
  }
}
