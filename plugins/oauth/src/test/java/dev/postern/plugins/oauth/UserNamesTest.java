package dev.postern.plugins.oauth;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.PluginContext;
import dev.postern.testkit.spi.FakePluginContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UserNamesTest {
  @TempDir Path home;

  @Test
  void aChangeWhileTheFileIsReadForTheFirstTimeIsNotMissed() throws Exception {
    Path file = home.resolve("users.yaml");
    Files.writeString(file, "rules: [{identity: alice, user: one}]");
    try (FakePluginContext context = FakePluginContext.in(home, "sso")) {
      Queue<Thread> tellers = new ConcurrentLinkedQueue<>();
      InvocationHandler changing =
          (_, method, arguments) -> {
            Object result = method.invoke(context, arguments);
            if (method.getName().equals("read") && tellers.isEmpty()) {
              Files.writeString(file, "rules: [{identity: alice, user: two}]");
              Thread teller = Thread.ofVirtual().start(() -> context.changed(file));
              tellers.add(teller);
              await().until(() -> teller.getState().compareTo(Thread.State.RUNNABLE) > 0);
            }
            return result;
          };
      UserNames names =
          new UserNames(
              new UserConfig(null, null, file),
              (PluginContext)
                  Proxy.newProxyInstance(
                      getClass().getClassLoader(), new Class<?>[] {PluginContext.class}, changing));
      for (Thread teller : tellers) {
        teller.join();
      }
      Claims claims = new Claims(Map.of("sub", "alice"));

      assertThatCode(() -> names.check(claims, "two")).doesNotThrowAnyException();
      assertThatThrownBy(() -> names.check(claims, "one")).hasMessageContaining("no rule lets");
    }
  }
}
