package dev.postern.proxy.admin;

import dev.postern.api.Secret;
import dev.postern.proxy.user.StoreException;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON: a component for each key, times and durations in ISO 8601, {@code null} where a
 * component is. Reading is strict: unknown keys, missing ones and wrong types are refused.
 */
public final class RecordJson {
  private static final JsonProvider JSON = JsonProvider.provider();

  private RecordJson() {}

  /** A record, a list of records, or what a component may be. Secrets are written as they are. */
  public static JsonValue toJson(@Nullable Object value) {
    return switch (value) {
      case null -> JsonValue.NULL;
      case String text -> JSON.createValue(text);
      case Boolean flag -> flag ? JsonValue.TRUE : JsonValue.FALSE;
      case Integer number -> JSON.createValue(number);
      case Long number -> JSON.createValue(number);
      case Double number -> JSON.createValue(number);
      case Enum<?> constant -> JSON.createValue(constant.name());
      case Instant instant -> JSON.createValue(instant.toString());
      case Duration duration -> JSON.createValue(duration.toString());
      case Secret secret -> JSON.createValue(text(secret));
      case Collection<?> values -> array(values);
      case Record record -> object(record);
      default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
    };
  }

  private static String text(Secret secret) {
    char[] characters = secret.toChars();
    String text = new String(characters);
    Arrays.fill(characters, '\0');
    return text;
  }

  private static JsonValue array(Collection<?> values) {
    JsonArrayBuilder array = JSON.createArrayBuilder();
    values.forEach(value -> array.add(toJson(value)));
    return array.build();
  }

  private static JsonObject object(Record record) {
    JsonObjectBuilder object = JSON.createObjectBuilder();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      object.add(component.getName(), toJson(value(record, component)));
    }
    return object.build();
  }

  private static @Nullable Object value(Record record, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] toBytes(@Nullable Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    JSON.createWriter(out).write(toJson(value));
    return out.toByteArray();
  }

  /** For people, over several lines. */
  public static String pretty(@Nullable Object value) {
    StringWriter out = new StringWriter();
    JSON.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
        .createWriter(out)
        .write(toJson(value));
    return out.toString().strip();
  }

  /**
   * Parses an object or an array.
   *
   * @throws AdminException {@code INVALID} without the text if it is none
   */
  static JsonStructure parse(byte[] json) {
    try {
      return JSON.createReader(new ByteArrayInputStream(json)).read();
    } catch (JsonException e) {
      throw AdminException.invalid("the body is no JSON");
    }
  }

  static <T> List<T> fromArray(JsonStructure json, Class<T> type) {
    List<T> values = new ArrayList<>();
    for (JsonValue element : json.asJsonArray()) {
      values.add(type.cast(fromJson(element, type, type.getSimpleName())));
    }
    return values;
  }

  static <T extends Record> T fromJson(JsonStructure json, Class<T> type) {
    return type.cast(fromJson(json, type, "body"));
  }

  private static Object fromJson(JsonValue json, Type type, String path) {
    try {
      return switch (json) {
        case JsonString text -> scalar(text.getString(), type);
        case JsonNumber number when type == int.class -> number.intValueExact();
        case JsonNumber number when type == long.class -> number.longValueExact();
        case JsonNumber number when type == double.class -> number.doubleValue();
        case JsonObject object when type instanceof Class<?> c && c.isRecord() ->
            record(object, c, path);
        case JsonValue array
            when array.getValueType() == JsonValue.ValueType.ARRAY
                && type instanceof ParameterizedType generic ->
            collection(array, generic, path);
        case JsonValue flag when type == boolean.class -> flag(flag);
        default -> throw new IllegalArgumentException("type");
      };
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw AdminException.invalid(path + ": not of the right type");
    }
  }

  private static boolean flag(JsonValue flag) {
    return switch (flag.getValueType()) {
      case TRUE -> true;
      case FALSE -> false;
      default -> throw new IllegalArgumentException("type");
    };
  }

  private static Object scalar(String text, Type type) {
    if (type == Secret.class) {
      return Secret.ofPassword(text.toCharArray());
    } else if (type == String.class) {
      return text;
    } else if (type == Instant.class) {
      return Instant.parse(text);
    } else if (type == Duration.class) {
      return Duration.parse(text);
    } else if (type instanceof Class<?> c && c.isEnum()) {
      return Arrays.stream(c.getEnumConstants())
          .filter(constant -> ((Enum<?>) constant).name().equals(text))
          .findFirst()
          .orElseThrow(IllegalArgumentException::new);
    }
    throw new IllegalArgumentException("type");
  }

  private static Object collection(JsonValue array, ParameterizedType type, String path) {
    Collection<Object> values =
        type.getRawType() == Set.class ? new LinkedHashSet<>() : new ArrayList<>();
    for (JsonValue element : array.asJsonArray()) {
      values.add(fromJson(element, type.getActualTypeArguments()[0], path + "[]"));
    }
    return values;
  }

  private static Object record(JsonObject json, Class<?> type, String path) {
    RecordComponent[] components = type.getRecordComponents();
    List<String> names = Arrays.stream(components).map(RecordComponent::getName).toList();
    for (String key : json.keySet()) {
      if (!names.contains(key)) {
        throw AdminException.invalid("%s: unknown key \"%s\"".formatted(path, key));
      }
    }
    @Nullable Object[] values =
        Arrays.stream(components)
            .map(component -> component(json, component, path + "." + component.getName()))
            .toArray();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof StoreException refused
          ? AdminException.of(refused)
          : AdminException.invalid(path + ": not accepted");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Object component(
      JsonObject json, RecordComponent component, String path) {
    JsonValue value = json.getOrDefault(component.getName(), JsonValue.NULL);
    if (value.getValueType() == JsonValue.ValueType.NULL) {
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        return null;
      }
      throw AdminException.invalid(path + ": missing");
    }
    return fromJson(value, component.getGenericType(), path);
  }
}
