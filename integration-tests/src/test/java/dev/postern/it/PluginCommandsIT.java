package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.it.TestPlugins.Part;
import dev.postern.plugins.scram.ScramAuthenticatorFactory;
import dev.postern.plugins.staticroutes.StaticRoutesFactory;
import dev.postern.plugins.tenant.TenantRouterFactory;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator reads of the plugins of a Postern that serves. */
final class PluginCommandsIT {
  private static final String ROLE = "plugin_commands_role";

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void showCountsWhatAnInterceptorHasThrown(String mode) throws Exception {
    try (Gateway gateway = start(mode);
        AdminServer _ = Installations.administer(gateway, home)) {
      assertThat(column("ERRORS", "show", "made")).containsExactly("0");
      for (int session = 0; session < 3; session++) {
        try (WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
          client.login(ROLE, Gateways.PASSWORD, "postgres");
          client.send(FrontendPackets.query("SELECT 1"));
          client.expectFatal("XX000");
        }
      }

      assertThat(column("ERRORS", "show", "made")).containsExactly("3");
      assertThat(column("STATE", "show", "made")).containsExactly("in service");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"session", "transaction"})
  void listTellsWhatIsInServiceWhatIsLeavingAndWhatIsNotInUse(String mode) throws Exception {
    try (Gateway gateway = start(mode);
        AdminServer _ = Installations.administer(gateway, home);
        WireClient client = WireClient.connect(gateway.server().addresses().getFirst())) {
      assertThat(column("PLUGIN", "list"))
          .containsExactly("made", "scram", "static-routes", "tenant");
      assertThat(column("STATE", "list"))
          .containsExactly("in service", "in service", "in service", "not in use");
      assertThat(column("API", "list")).containsOnly("1");

      client.login(ROLE, Gateways.PASSWORD, "postgres");
      Path file = Installations.file(home);
      Files.writeString(file, Files.readString(file).replace("interceptors: [{plugin: made}]", ""));
      assertThat(PosternCommand.run(home, Map.of(), "plugin", "reload", "made").exitCode())
          .isZero();
      assertThat(column("STATE", "list"))
          .containsExactly("leaving", "in service", "in service", "not in use");
    }
  }

  private Gateway start(String mode) throws Exception {
    Path plugins = Files.createDirectories(home.resolve("plugins"));
    BundledPlugins.shipped(ScramAuthenticatorFactory.class, plugins);
    BundledPlugins.shipped(StaticRoutesFactory.class, plugins);
    BundledPlugins.shipped(TenantRouterFactory.class, plugins);
    TestPlugins.with(
            Map.of(
                Part.OPEN,
                "interests.observeFrontend(dev.postern.api.message.Query.class, query -> {"
                    + " throw new IllegalStateException(\"on purpose\"); });"))
        .write(plugins.resolve("made.jar"));
    Gateway gateway =
        Installations.start(
            home,
            """
            listeners: [{host: 127.0.0.1, port: 0}]
            admin: {socket: admin/socket}
            authenticator: {plugin: scram}
            router:
              plugin: static-routes
              config:
                pool: {mode: %s}
                routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
            interceptors: [{plugin: made}]
            """
                .formatted(mode, Gateways.server().port()));
    Installations.addUser(gateway, ROLE);
    return gateway;
  }

  /** One column of what {@code postern plugin} prints, in the order of the plugins' names. */
  private List<String> column(String name, String... command) throws Exception {
    String[] all = Stream.concat(Stream.of("plugin"), Stream.of(command)).toArray(String[]::new);
    PosternCommand.Result result = PosternCommand.run(home, Map.of(), all);
    assertThat(result.errors()).isEmpty();
    assertThat(result.exitCode()).isZero();
    int begin = result.output().getFirst().indexOf(name);
    assertThat(begin).as(result.output().getFirst()).isNotNegative();
    return result.output().stream()
        .skip(1)
        .sorted()
        .map(line -> line.substring(begin).split(" {2,}", 2)[0].strip())
        .toList();
  }
}
