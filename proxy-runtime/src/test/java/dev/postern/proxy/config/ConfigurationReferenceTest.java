package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keeps docs/configuration.md true to the records. */
final class ConfigurationReferenceTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z0-9\\[\\].-]+)` \\| (.+?) \\| .+ \\|$");
  private static final Path HOME = Path.of("/home");

  @Test
  void pageHasEverySettingAndNoOther() throws Exception {
    assertThat(documented().keySet()).containsExactlyInAnyOrderElementsOf(actual().keySet());
  }

  @Test
  void pageGivesTheDefaultsOfTheCode() throws Exception {
    Map<String, String> documented = documented();
    actual()
        .forEach(
            (setting, value) -> {
              if (!value.isEmpty()) {
                assertThat(documented).containsEntry(setting, value);
              }
            });
  }

  private static Map<String, String> documented() throws Exception {
    return ROW.matcher(Files.readString(PAGE))
        .results()
        .collect(
            Collectors.toMap(
                (MatchResult row) -> row.group(1),
                row -> row.group(2),
                (one, other) -> {
                  throw new AssertionError("a setting is documented twice: " + one + ", " + other);
                },
                TreeMap::new));
  }

  /** Settings and their defaults; an empty text where the default is not a value. */
  private static Map<String, String> actual() throws Exception {
    Map<String, String> settings = new LinkedHashMap<>();
    collect("", Configuration.class, settings);
    return settings;
  }

  private static void collect(
      String prefix, Class<? extends Record> type, Map<String, String> settings) throws Exception {
    for (RecordComponent component : type.getRecordComponents()) {
      String path = prefix + Keys.kebab(component.getName());
      Class<? extends @Nullable Record> section = section(component.getGenericType());
      if (section != null) {
        boolean many = component.getType() != section;
        collect(many ? path + "[]." : path + ".", section, settings);
      } else if (component.getType() != Location.class) {
        settings.put(path, byDefault(type, component));
      }
    }
  }

  private static @Nullable Class<? extends Record> section(Type type) {
    Type item = type instanceof ParameterizedType list ? list.getActualTypeArguments()[0] : type;
    return item instanceof Class<?> c && c.isRecord() && !Scalars.supports(c) && c != Location.class
        ? c.asSubclass(Record.class)
        : null;
  }

  private static String byDefault(Class<? extends Record> type, RecordComponent component)
      throws Exception {
    boolean required = component.getType().isPrimitive() || component.getType() == String.class;
    if (required && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      return "required";
    }
    String name = component.getName();
    String accessor = "effective" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    for (Method method : type.getDeclaredMethods()) {
      if (method.getName().equals(accessor) && type != PluginInstanceConfig.class) {
        Object[] arguments = method.getParameterCount() == 0 ? new Object[0] : new Object[] {HOME};
        return shown(method.invoke(unset(type), arguments));
      }
    }
    return "";
  }

  private static Record unset(Class<? extends Record> type) throws Exception {
    return type.getDeclaredConstructor(
            Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new))
        .newInstance(new Object[type.getRecordComponents().length]);
  }

  private static String shown(Object value) {
    String text =
        switch (value) {
          case Duration duration when duration.toMinutes() == 1 -> duration.toSeconds() + "s";
          case Duration duration -> Scalars.shown(duration);
          case Path path -> HOME.relativize(path).toString();
          default -> value.toString();
        };
    return "`" + text + "`";
  }
}
