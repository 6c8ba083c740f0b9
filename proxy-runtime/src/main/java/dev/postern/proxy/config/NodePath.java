package dev.postern.proxy.config;

import dev.postern.proxy.config.ConfigNode.Mapping;
import dev.postern.proxy.config.ConfigNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The way to a node, such as {@code listeners[0].tls.mode}.
 *
 * @param steps one or more
 */
record NodePath(List<Step> steps) {
  private static final String STEP = "([A-Za-z][\\w-]*)(?:\\[(\\d{1,9})])?";
  private static final Pattern ONE = Pattern.compile(STEP);

  /** As a regular expression, with two groups that are of no use to others. */
  static final String FORM = STEP + "(?:\\." + STEP + ")*";

  /**
   * @param key in kebab-case
   * @param index of an item of the list there; -1: the value itself
   */
  record Step(String key, int index) {
    @Override
    public String toString() {
      return index < 0 ? key : key + "[" + index + "]";
    }

    private @Nullable ConfigNode from(@Nullable ConfigNode node) {
      ConfigNode value = node instanceof Mapping mapping ? mapping.get(key) : null;
      if (index < 0) {
        return value;
      }
      return value instanceof Sequence list && index < list.items().size()
          ? list.items().get(index)
          : null;
    }
  }

  /** Keys may be in camel case or in kebab-case. */
  static NodePath of(String path) {
    List<Step> steps = new ArrayList<>();
    for (Matcher step = ONE.matcher(path); step.find(); ) {
      int index = step.group(2) == null ? -1 : Integer.parseInt(step.group(2));
      steps.add(new Step(Keys.kebab(step.group(1)), index));
    }
    return new NodePath(steps);
  }

  /**
   * Where the path leads from {@code root}; what is not written is located at what should hold it.
   */
  Location locate(ConfigNode root) {
    Location location = root.location();
    @Nullable ConfigNode node = root;
    for (Step step : steps) {
      node = step.from(node);
      location = node == null ? location.child(step.toString()) : node.location();
    }
    return location;
  }
}
