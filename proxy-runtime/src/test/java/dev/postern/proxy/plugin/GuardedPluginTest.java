package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GuardedPluginTest {
  @TempDir Path home;
  private PluginDirectory directory;

  @BeforeEach
  void makeDirectory() throws Exception {
    directory = new PluginDirectory(home).withRouter();
  }

  @Test
  void saysWhichPluginDidNotGiveAUser() throws Exception {
    PluginSources.authenticator(directory.jar("auth.jar"), "auth", "return null;").build();

    try (Plugins plugins = directory.load()) {
      assertThat(PluginDirectory.ask(plugins))
          .isEqualTo("plugin auth of plugins/auth.jar did not give a user");
    }
  }

  @Test
  void saysWhichPluginLacksAClassWhenItIsFirstUsed() throws Exception {
    PluginSources.authenticator(
            directory
                .jar("auth.jar")
                .source("lib.Needed", "package lib; public class Needed {}")
                .without("lib.Needed"),
            "auth",
            "throw new IllegalStateException(\"\" + new lib.Needed());")
        .build();

    try (Plugins plugins = directory.load()) {
      assertThat(PluginDirectory.ask(plugins))
          .isEqualTo("plugin auth of plugins/auth.jar: class lib.Needed is missing");
    }
  }

  @Test
  void keepsAnErrorOfAPluginsFromEndingMoreThanItsCall() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"), "auth", "throw new AssertionError(\"never\");")
        .build();

    try (Plugins plugins = directory.load()) {
      assertThat(PluginDirectory.ask(plugins))
          .isEqualTo("plugin auth of plugins/auth.jar: java.lang.AssertionError: never");
      assertThat(plugins.instances().getFirst().failures()).isEqualTo(1);
    }
  }

  @Test
  void letsPassWhatTheJvmHasComeTo() throws Exception {
    PluginSources.authenticator(
            directory.jar("auth.jar"), "auth", "throw new OutOfMemoryError(\"pretended\");")
        .build();

    try (Plugins plugins = directory.load()) {
      assertThatThrownBy(() -> PluginDirectory.ask(plugins))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("pretended");
    }
  }

  @Test
  void letsASessionGoOnWhereARouterFailsToTakeNoteOfIt() {
    Router failing =
        (Router)
            Proxy.newProxyInstance(
                Router.class.getClassLoader(),
                new Class<?>[] {Router.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("broken");
                });
    Router guarded =
        new GuardedRouter(
            new Origin("routes", "plugins/routes.jar", Router.class.getClassLoader()),
            failing,
            new Calls());
    Backend backend = new Backend("localhost", 5432, BackendTls.DISABLED);
    Route route = new Route("all", List.of(backend), null, BackendLogin.AS_CLIENT);
    assertThatCode(
            () -> {
              guarded.sessionOpened(route, backend);
              guarded.sessionClosed(route, backend);
              guarded.backendFailed(route, backend, "no answer");
            })
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("guards")
  void passesOnEveryCall(Class<?> guard, Class<?> plugin) {
    for (Method method : plugin.getMethods()) {
      assertThat(guard)
          .as(method.toString())
          .satisfies(
              type ->
                  assertThat(
                          type.getMethod(method.getName(), method.getParameterTypes())
                              .getDeclaringClass())
                      .isEqualTo(type));
    }
  }

  static List<Object[]> guards() {
    return Arrays.asList(
        new Object[] {GuardedAuthenticator.class, Authenticator.class},
        new Object[] {GuardedRouter.class, Router.class},
        new Object[] {GuardedInterceptor.class, MessageInterceptor.class});
  }
}
