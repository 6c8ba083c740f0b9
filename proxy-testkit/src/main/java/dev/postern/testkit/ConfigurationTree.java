package dev.postern.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/** A configuration file that grows setting by setting. */
final class ConfigurationTree {
  private final Map<String, Object> root = new LinkedHashMap<>();

  /**
   * Sets one value.
   *
   * @param path names of sections and places in lists, with dots between them: {@code
   *     listeners.0.port}
   */
  void set(String path, Object value) {
    String[] steps = path.split("\\.", -1);
    Object section = root;
    for (int i = 0; i < steps.length - 1; i++) {
      boolean listNext = steps[i + 1].matches("\\d+");
      section = step(section, steps[i], listNext ? new ArrayList<>() : new LinkedHashMap<>());
    }
    put(section, steps[steps.length - 1], value);
  }

  String toYaml() {
    return toYaml(root);
  }

  static String toYaml(Map<String, Object> values) {
    return new Dump(DumpSettings.builder().build()).dumpToString(values);
  }

  private static Object step(Object section, String name, Object fresh) {
    if (section instanceof List<?> list && Integer.parseInt(name) < list.size()) {
      return list.get(Integer.parseInt(name));
    }
    Object existing = section instanceof Map<?, ?> map ? map.get(name) : null;
    if (existing != null) {
      return existing;
    }
    put(section, name, fresh);
    return fresh;
  }

  @SuppressWarnings("unchecked") // only made above
  private static void put(Object section, String name, Object value) {
    if (section instanceof List<?> list) {
      ((List<Object>) list).add(value);
    } else {
      ((Map<String, Object>) section).put(name, value);
    }
  }
}
