package dev.postern.testkit.conformance;

import dev.postern.api.Plugin;
import dev.postern.api.PluginFactory;
import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatorFactory;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.routing.RouterFactory;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.testkit.spi.FakePluginContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/**
 * What is promised of the factory of any kind, and of an instance from its making to its end.
 *
 * @param factory under test
 * @param config good values by their keys
 * @param use does with an instance what Postern would
 */
record FactoryPromises<C extends Record>(
    PluginFactory<C> factory, Map<String, Object> config, Use use) {
  /** Makes use of an instance, so that it opens what it opens. */
  @FunctionalInterface
  interface Use {
    void of(Plugin plugin) throws Exception;
  }

  /** Values that fit few keys. */
  private static final List<Object> ODD =
      List.of("", "\u0000\ud83d", -1, Long.MAX_VALUE, List.of(List.of()), Map.of("no", "such"));

  /** Shorter ones can be in any text. */
  private static final int TELLING = 4;

  Stream<DynamicTest> tests() {
    return Stream.of(
        test("can be found and has a name", this::canBeFound),
        test("its configuration is bound, and an unknown key refused", this::refusesUnknownKeys),
        test("odd values are taken or refused, each in a clear message", this::takesOddValues),
        test("shows no secret", this::showsNoSecret),
        test("is made and closed twice, and two live side by side", this::livesAndEnds),
        test("leaves no thread behind", this::leavesNoThread));
  }

  private DynamicTest test(String name, Executable test) {
    return DynamicTest.dynamicTest(name, test);
  }

  private void canBeFound() throws Exception {
    Class<?> type = factory.getClass();
    require(
        factory.name().matches("[a-z0-9-]+"),
        "name: %s (expected: lower-case letters, digits and hyphens)".formatted(factory.name()));
    require(Modifier.isPublic(type.getModifiers()), "%s is not public".formatted(type));
    require(
        Arrays.stream(type.getConstructors()).anyMatch(made -> made.getParameterCount() == 0),
        "%s has no public constructor without parameters".formatted(type));
    Class<?> kind =
        switch (factory) {
          case AuthenticatorFactory<C> _ -> AuthenticatorFactory.class;
          case RouterFactory<C> _ -> RouterFactory.class;
          case MessageInterceptorFactory<C> _ -> MessageInterceptorFactory.class;
        };
    boolean named =
        ServiceLoader.load(kind, type.getClassLoader()).stream()
            .anyMatch(provider -> provider.type() == type);
    require(
        named, "META-INF/services/%s does not name %s".formatted(kind.getName(), type.getName()));
  }

  private void refusesUnknownKeys() throws ConfigurationException {
    bind(config);
    Map<String, Object> more = new LinkedHashMap<>(config);
    more.put("no-such-key", 1);
    String refusal = refusal(more);
    if (refusal == null) {
      throw new AssertionError("the unknown key no-such-key is taken");
    }
    require(
        refusal.contains("no-such-key") && refusal.lines().count() == 1,
        "an unknown key is refused with: %s".formatted(refusal));
  }

  private void takesOddValues() {
    for (String key : config.keySet()) {
      for (Object value : ODD) {
        Map<String, Object> odd = new LinkedHashMap<>(config);
        odd.put(key, value);
        try {
          String refusal = refusal(odd);
          require(
              refusal == null || refusal.contains(key),
              "%s: %s is refused without a word of the key: %s".formatted(key, value, refusal));
        } catch (RuntimeException e) {
          throw new AssertionError("%s: %s ends in %s".formatted(key, value, e), e);
        }
      }
    }
  }

  private void showsNoSecret() throws Exception {
    C bound = bind(config);
    List<String> secrets = new ArrayList<>();
    collect(bound, secrets);
    withInstance(
        plugin ->
            secrets.stream()
                .filter(secret -> secret.length() >= TELLING)
                .forEach(
                    secret -> {
                      require(!bound.toString().contains(secret), "the configuration shows it");
                      require(!plugin.toString().contains(secret), "the plugin shows it");
                    }));
  }

  private static void collect(@Nullable Object value, List<String> secrets) throws Exception {
    switch (value) {
      case Secret secret -> secrets.add(new String(secret.toChars()));
      case Record part -> {
        for (RecordComponent component : part.getClass().getRecordComponents()) {
          component.getAccessor().setAccessible(true);
          collect(component.getAccessor().invoke(part), secrets);
        }
      }
      case Map<?, ?> map -> collect(map.values(), secrets);
      case Collection<?> all -> {
        for (Object one : all) {
          collect(one, secrets);
        }
      }
      case null, default -> {}
    }
  }

  private void livesAndEnds() throws Exception {
    withInstance(use);
    Path directory = Files.createTempDirectory("postern-conformance");
    try (FakePluginContext first = FakePluginContext.in(directory, factory.name());
        FakePluginContext second = first.next()) {
      Plugin old = make(first);
      use.of(old);
      Plugin young = make(second);
      use.of(young);
      use.of(old);
      old.close();
      first.close();
      use.of(young);
      young.close();
    } finally {
      delete(directory);
    }
    withInstance(use);
  }

  private void leavesNoThread() throws Exception {
    withInstance(use); // what is made once for all, such as classes, is made now
    Map<Long, String> before = LiveThreads.now();
    withInstance(use);
    Map<Long, String> left = LiveThreads.leftSince(before);
    require(left.isEmpty(), "threads go on after close: %s".formatted(left.values()));
  }

  private void withInstance(Use used) throws Exception {
    Path directory = Files.createTempDirectory("postern-conformance");
    try (FakePluginContext context = FakePluginContext.in(directory, factory.name())) {
      try (Plugin plugin = make(context)) {
        used.of(plugin);
      }
    } finally {
      delete(directory);
    }
  }

  private Plugin make(FakePluginContext context) throws Exception {
    C bound = bind(config);
    return switch (factory) {
      case AuthenticatorFactory<C> authenticators -> authenticators.create(bound, context);
      case RouterFactory<C> routers -> routers.create(bound, context);
      case MessageInterceptorFactory<C> interceptors -> interceptors.create(bound, context);
    };
  }

  private C bind(Map<String, Object> values) throws ConfigurationException {
    String yaml = new Dump(DumpSettings.builder().build()).dumpToString(values);
    Path home = Path.of(System.getProperty("java.io.tmpdir"));
    return new Binder(home, System.getenv()).bind(yaml, factory.configType());
  }

  private @Nullable String refusal(Map<String, Object> values) {
    try {
      bind(values);
      return null;
    } catch (ConfigurationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new AssertionError(complaint);
    }
  }

  static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
