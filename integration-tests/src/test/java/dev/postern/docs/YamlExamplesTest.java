package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.PluginFactory;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.Configuration;
import dev.postern.proxy.config.ConfigurationFile;
import dev.postern.proxy.config.InterceptorConfig;
import dev.postern.proxy.config.PluginInstanceConfig;
import dev.postern.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class YamlExamplesTest {
  /** What a configuration has to have, and an example may leave out. */
  private static final Map<String, String> REQUIRED =
      Map.of(
          "listeners", "[{host: 127.0.0.1, port: 6432}]",
          "authenticator", "{plugin: scram}",
          "router",
              "{plugin: static-routes, config: {routes: [{name: all, backends: [{host: db}]}]}}");

  /** Of the plugin author's guide; {@link ExamplePluginIT} loads them. */
  private static final Set<String> OF_THE_GUIDE =
      Set.of("http-login", "by-tenant", "seat-belt", "show-session", "failed-statements");

  private static final Pattern FILE = Pattern.compile("\\bconf/[a-z0-9./-]*[a-z0-9]");

  @TempDir Path home;

  static List<Page.Block> blocks() {
    return Page.all().stream().flatMap(page -> page.blocks("yaml").stream()).toList();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void theExampleIsAccepted(Page.Block block) throws Exception {
    for (var file : FILE.matcher(block.text()).results().toList()) {
      write(file.group());
    }

    Configuration configuration = ConfigurationFile.parse(completed(block.text()), home);

    for (PluginInstanceConfig authenticator : configuration.effectiveAuthenticators()) {
      check(AuthenticatorFactory.class, authenticator);
    }
    for (PluginInstanceConfig router : configuration.effectiveRouters()) {
      check(RouterFactory.class, router);
    }
    for (InterceptorConfig interceptor : configuration.effectiveInterceptors()) {
      check(MessageInterceptorFactory.class, interceptor.instance());
    }
  }

  private static String completed(String example) {
    StringBuilder yaml = new StringBuilder(example);
    REQUIRED.forEach(
        (section, value) -> {
          if (!example.matches("(?ms).*^" + section + "s?:.*")) {
            yaml.append('\n').append(section).append(": ").append(value);
          }
        });
    return yaml.toString();
  }

  private void write(String file) throws IOException {
    Path path = home.resolve(file);
    if (Files.notExists(path)) {
      Files.createDirectories(path.getParent());
      if (file.endsWith(".crt")) {
        TestCertificate.authority("ca").writeChain(path);
        return;
      }
      Files.writeString(path, "for a test, and as long as a secret of several nodes");
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    }
  }

  /** Binds the plugin's own section, as loading the plugin would. */
  private void check(
      @SuppressWarnings("rawtypes") Class<? extends PluginFactory> kind,
      PluginInstanceConfig instance)
      throws Exception {
    if (OF_THE_GUIDE.contains(instance.plugin())) {
      return;
    }
    List<String> known = new ArrayList<>();
    for (PluginFactory<?> factory : ServiceLoader.load(kind)) {
      known.add(factory.name());
      if (factory.name().equals(instance.plugin())) {
        new Binder(home, Map.of()).bind(instance.config(), factory.configType());
      }
    }
    assertThat(known).contains(instance.plugin());
  }
}
