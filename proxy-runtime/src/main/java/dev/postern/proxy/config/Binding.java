package dev.postern.proxy.config;

import dev.postern.api.Secret;
import dev.postern.proxy.config.ConfigNode.Entry;
import dev.postern.proxy.config.ConfigNode.Mapping;
import dev.postern.proxy.config.ConfigNode.Nothing;
import dev.postern.proxy.config.ConfigNode.Scalar;
import dev.postern.proxy.config.ConfigNode.Sequence;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One walk over the nodes. Each method gives {@code null} after it has reported a problem, and goes
 * on wherever that can find further ones. No pattern switches on the way through a file without
 * problems: each costs milliseconds of the start-up, when it is linked at its first use.
 */
final class Binding {
  private final Path home;
  private final Problems problems;
  private final References references;

  Binding(Path home, Map<String, String> environment, Problems problems) {
    this.home = home;
    this.problems = problems;
    this.references = new References(home, environment, problems);
  }

  @Nullable Object value(ConfigNode node, Type type) {
    if (type instanceof Class<?> plain) {
      return value(node, plain);
    } else if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      if (generic.getRawType() == List.class) {
        return list(node, arguments[0]);
      } else if (generic.getRawType() == Map.class && arguments[0] == String.class) {
        return map(node, arguments[1]);
      }
    }
    throw Scalars.unsupported(type);
  }

  private @Nullable Object value(ConfigNode node, Class<?> type) {
    if (type == ConfigNode.class) {
      return node instanceof Nothing ? Mapping.empty(node.location()) : node;
    }
    if (type.isRecord() && !Scalars.supports(type)) {
      return record(node, type.asSubclass(Record.class));
    }
    if (type == Secret.class) {
      return references.secret(node);
    }
    return scalar(node, type);
  }

  private @Nullable Object scalar(ConfigNode node, Class<?> type) {
    if (!Scalars.supports(type)) {
      throw Scalars.unsupported(type);
    }
    boolean written = node instanceof Scalar;
    Scalar scalar = references.scalar(node, type);
    if (scalar == null) {
      return null;
    }
    try {
      return Scalars.parse(type, scalar, home);
    } catch (IllegalArgumentException e) {
      // What comes from the environment is not shown: it may be there because it is secret.
      String value = written ? shown(scalar) : "the variable's value";
      problems.add(node.location(), value + " (" + e.getMessage() + ")");
      return null;
    }
  }

  private static String shown(Scalar scalar) {
    return scalar.plain() ? Shown.line(scalar.text()) : Shown.quoted(scalar.text());
  }

  private @Nullable List<Object> list(ConfigNode node, Type itemType) {
    if (!(node instanceof Sequence sequence)) {
      problems.add(node.location(), Scalars.found(node) + " (expected: a list)");
      return null;
    }
    List<Object> values = new ArrayList<>();
    for (ConfigNode item : sequence.items()) {
      Object value = value(item, itemType);
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == sequence.items().size() ? List.copyOf(values) : null;
  }

  private @Nullable Map<String, Object> map(ConfigNode node, Type valueType) {
    if (!(node instanceof Mapping mapping)) {
      problems.add(node.location(), Scalars.found(node) + " (expected: keys with values)");
      return null;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<String, Entry> entry : mapping.entries().entrySet()) {
      Object value = value(entry.getValue().value(), valueType);
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return values.size() == mapping.entries().size() ? Collections.unmodifiableMap(values) : null;
  }

  private @Nullable Record record(ConfigNode node, Class<? extends Record> type) {
    RecordShape shape = RecordShape.of(type);
    if (!(node instanceof Mapping) && !(node instanceof Nothing)) {
      String keys = String.join(", ", shape.keys());
      problems.add(
          node.location(),
          Scalars.found(node)
              + (keys.isEmpty()
                  ? " (nothing can be set here)"
                  : " (expected: the keys " + keys + ")"));
      return null;
    }
    Mapping mapping = node instanceof Mapping keys ? keys : Mapping.empty(node.location());
    int before = problems.count();
    mapping.entries().forEach((key, entry) -> checkKnown(key, entry, shape));
    List<@Nullable Object> values = new ArrayList<>();
    List<String> read = new ArrayList<>();
    boolean complete = true;
    boolean readable = problems.count() == before;
    for (RecordShape.Component component : shape.components()) {
      Object value = component(mapping, component);
      complete &= value != null || component.nullable();
      readable &= value != null || !isWritten(mapping, component);
      values.add(value);
      if (value != null) {
        read.add(component.key());
      }
    }
    if (!complete) {
      return null;
    }
    // Even if a problem is known already: the record's own rules may find further ones.
    List<Problem> refusals = new ArrayList<>();
    boolean all = readable;
    Record created =
        shape.create(
            values,
            refusal -> {
              // The record takes what could not be read, or is misspelt, for absent, and says so.
              if (all || shape.isAboutOne(refusal, read)) {
                refusals.add(shape.locate(mapping, refusal));
              }
            });
    problems.addNew(refusals);
    return problems.count() > before ? null : created;
  }

  private static boolean isWritten(Mapping mapping, RecordShape.Component component) {
    ConfigNode node = mapping.get(component.key());
    return node != null && !(node instanceof Nothing);
  }

  private @Nullable Object component(Mapping mapping, RecordShape.Component component) {
    if (component.type() == Location.class) {
      return mapping.location();
    }
    ConfigNode node = mapping.get(component.key());
    if (node != null && !(node instanceof Nothing)) {
      return value(node, component.type());
    }
    if (component.nullable()) {
      return null;
    }
    Location at = node == null ? mapping.location().child(component.key()) : node.location();
    if (component.mayBeLeftOut()) {
      return value(new Nothing(at), component.type());
    }
    problems.add(at, "missing (expected: " + Scalars.describe(component.type()) + ")");
    return null;
  }

  private void checkKnown(String key, Entry entry, RecordShape shape) {
    if (!shape.keys().contains(key)) {
      String message =
          Keys.nearest(key, shape.keys()).isEmpty()
              ? SettingHints.of(key).orElseGet(() -> unknown(key, shape))
              : unknown(key, shape);
      problems.add(entry.key(), message);
    }
  }

  private static String unknown(String key, RecordShape shape) {
    return "unknown setting" + Keys.hint(key, shape.keys());
  }
}
