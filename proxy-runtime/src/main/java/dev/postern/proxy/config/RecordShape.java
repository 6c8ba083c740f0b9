package dev.postern.proxy.config;

import dev.postern.proxy.config.ConfigNode.Mapping;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a record looks like in the file.
 *
 * @param constructor the canonical one
 * @param components in the order of the record
 * @param keys of those that are written in the file
 */
record RecordShape(
    Constructor<? extends Record> constructor, List<Component> components, List<String> keys) {
  private static final Pattern PATH_AND_REST =
      Pattern.compile("(" + NodePath.FORM + "): (?<rest>.*)");

  /**
   * @param key as in the file
   * @param nullable whether it may be left out and is then {@code null}
   * @param mayBeLeftOut whether it may be left out for that or any other reason
   */
  record Component(String key, Type type, boolean nullable, boolean mayBeLeftOut) {}

  /** Worked out once for each class: a file may hold thousands of one. */
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return read(type.asSubclass(Record.class));
        }
      };

  static RecordShape of(Class<? extends Record> type) {
    return SHAPES.get(type);
  }

  private static RecordShape read(Class<? extends Record> type) {
    List<Component> components =
        Arrays.stream(type.getRecordComponents()).map(RecordShape::component).toList();
    List<String> keys =
        components.stream()
            .filter(component -> component.type() != Location.class)
            .map(Component::key)
            .toList();
    return new RecordShape(constructor(type), components, keys);
  }

  private static Constructor<? extends Record> constructor(Class<? extends Record> type) {
    try {
      Constructor<? extends Record> constructor =
          type.getDeclaredConstructor(
              Arrays.stream(type.getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e); // every record has it
    }
  }

  private static Component component(RecordComponent component) {
    boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    return new Component(
        Keys.kebab(component.getName()),
        component.getGenericType(),
        nullable,
        nullable || mayBeLeftOut(component.getType()));
  }

  private static boolean mayBeLeftOut(Class<?> type) {
    return type == ConfigNode.class
        || type == Location.class
        || (type.isRecord()
            && !Scalars.supports(type)
            && Arrays.stream(type.getRecordComponents())
                .map(RecordShape::component)
                .allMatch(Component::mayBeLeftOut));
  }

  /** Calls the canonical constructor; {@code null} after it refused, once for each line it said. */
  @Nullable Record create(List<@Nullable Object> values, Consumer<String> refusals) {
    try {
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      switch (e.getTargetException()) {
        case IllegalArgumentException refusal when refusal.getMessage() != null ->
            refusal.getMessage().lines().forEach(refusals);
        case Error error -> throw error;
        case Throwable unexpected -> refusals.accept("refused with " + unexpected);
      }
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          constructor.getDeclaringClass().getName() + " cannot be created", e);
    }
  }

  /** Whether a refusal begins with the path of a value of one of these components. */
  boolean isAboutOne(String refusal, List<String> keys) {
    Matcher matcher = PATH_AND_REST.matcher(refusal);
    return matcher.matches()
        && keys.contains(NodePath.of(matcher.group(1)).steps().getFirst().key());
  }

  /** A refusal at the value that it begins with, if it does, else at the record as a whole. */
  Problem locate(Mapping mapping, String refusal) {
    Matcher matcher = PATH_AND_REST.matcher(refusal);
    if (!matcher.matches()) {
      return new Problem(mapping.location(), Shown.message(refusal));
    }
    NodePath path = NodePath.of(matcher.group(1));
    return keys.contains(path.steps().getFirst().key())
        ? new Problem(path.locate(mapping), Shown.message(matcher.group("rest")))
        : new Problem(mapping.location(), Shown.message(refusal));
  }
}
