package dev.postern.proxy.config;

import dev.postern.api.DataSize;
import dev.postern.proxy.config.ConfigNode.Mapping;
import dev.postern.proxy.config.ConfigNode.Nothing;
import dev.postern.proxy.config.ConfigNode.Scalar;
import dev.postern.proxy.config.ConfigNode.Sequence;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a text means as a value of a type. Refusals say the rule, not the text. */
final class Scalars {
  private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]*");
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
  private static final Pattern DURATION = Pattern.compile("(0|[1-9][0-9]{0,9})(ms|s|m|h|d)");
  private static final Set<String> OLD_BOOLEANS = Set.of("yes", "no", "on", "off", "y", "n");
  private static final Set<Class<?>> TYPES =
      Set.of(
          String.class,
          boolean.class,
          Boolean.class,
          int.class,
          Integer.class,
          long.class,
          Long.class,
          double.class,
          Double.class,
          Duration.class,
          DataSize.class,
          Path.class,
          URI.class);

  private Scalars() {}

  static boolean supports(Class<?> type) {
    return type.isEnum() || TYPES.contains(type);
  }

  static IllegalArgumentException unsupported(Type type) {
    return new IllegalArgumentException(
        "configuration records cannot have components of type " + type.getTypeName());
  }

  /**
   * @throws IllegalArgumentException whose message is the rule that the text breaks
   */
  static Object parse(Class<?> type, Scalar scalar, Path home) {
    String text = scalar.text();
    if (type == String.class) {
      return text;
    } else if (type.isEnum()) {
      return constant(type, text);
    } else if (type == Duration.class) {
      return duration(text);
    } else if (type == DataSize.class) {
      return DataSize.parse(text);
    } else if (type == Path.class) {
      return path(text, home);
    } else if (type == URI.class) {
      return uri(text);
    }
    if (!scalar.plain()) {
      throw new IllegalArgumentException("expected: " + describe(type) + ", without quotes");
    }
    if (type == boolean.class || type == Boolean.class) {
      return truth(text);
    } else if (type == double.class || type == Double.class) {
      require(NUMBER.matcher(text).matches(), "expected: " + describe(type));
      return Double.parseDouble(text);
    }
    require(WHOLE.matcher(text).matches(), "expected: " + describe(type));
    boolean isInt = type == int.class || type == Integer.class;
    try {
      return isInt ? (Object) Integer.parseInt(text) : (Object) Long.parseLong(text);
    } catch (NumberFormatException e) {
      long limit = isInt ? Integer.MAX_VALUE : Long.MAX_VALUE;
      throw new IllegalArgumentException("expected: " + (-limit - 1) + ".." + limit, e);
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              OLD_BOOLEANS.contains(text.toLowerCase(Locale.ROOT))
                  ? "expected: true or false; in YAML 1.2, yes, no, on and off are texts"
                  : "expected: true or false");
    };
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    require(matcher.matches(), "expected: " + describe(Duration.class));
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  private static Path path(String text, Path home) {
    require(!text.isBlank(), "expected: a path");
    require(!text.startsWith("~"), "expected: a path; ~ has no meaning here");
    try {
      return home.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("expected: a path", e);
    }
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text);
      require(uri.isAbsolute(), "expected: " + describe(URI.class));
      return uri;
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("expected: " + describe(URI.class), e);
    }
  }

  private static Object constant(Class<?> type, String text) {
    for (Object constant : type.getEnumConstants()) {
      if (name(constant).equals(text)) {
        return constant;
      }
    }
    List<String> names = names(type);
    String meant = Keys.nearest(text, names).map(name -> "; did you mean " + name + "?").orElse("");
    throw new IllegalArgumentException("expected: " + String.join(", ", names) + meant);
  }

  private static List<String> names(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(Scalars::name).toList();
  }

  /** An enum's constant as in the file: as its {@code toString} says, or its name in kebab-case. */
  private static String name(Object constant) {
    String shown = constant.toString();
    return constant instanceof Enum<?> e && shown.equals(e.name()) ? Keys.kebab(shown) : shown;
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  /** A duration as it is written in the file. */
  static String shown(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    long minutes = seconds / 60;
    return minutes % 60 == 0 ? minutes / 60 + "h" : minutes + "m";
  }

  /** What stands at a node, without its content. */
  static String found(ConfigNode node) {
    return switch (node) {
      case Nothing _ -> "missing";
      case Scalar _ -> "a single value";
      case Sequence _ -> "a list";
      case Mapping _ -> "keys with values";
    };
  }

  /** What is expected of a value of this type. */
  static String describe(Type type) {
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class ? "a list" : "keys with values";
    }
    if (!(type instanceof Class<?> plain)) {
      throw unsupported(type);
    }
    if (plain.isEnum()) {
      return "one of " + String.join(", ", names(plain));
    }
    return switch (plain.getSimpleName()) {
      case "String" -> "a text";
      case "boolean", "Boolean" -> "true or false";
      case "int", "Integer", "long", "Long" -> "a whole number";
      case "double", "Double" -> "a number";
      case "Duration" -> "a whole number with a unit of ms, s, m, h or d, such as 30s";
      case "DataSize" -> "a whole number with a unit of B, KiB, MiB or GiB, such as 16MiB";
      case "Path" -> "a path";
      case "URI" -> "an address with its scheme, such as ldap://host";
      case "Secret" -> "{file: PATH} or {env: NAME}";
      default -> {
        if (!plain.isRecord()) {
          throw unsupported(type);
        }
        yield "the keys " + String.join(", ", keys(plain));
      }
    };
  }

  private static List<String> keys(Class<?> record) {
    return RecordShape.of(record.asSubclass(Record.class)).keys();
  }
}
