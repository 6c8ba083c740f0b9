package dev.postern.proxy.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sees to it that each instance has a name of its own. */
final class InstanceNames {
  private final Rules rules;
  private final Map<String, String> owners = new HashMap<>();

  InstanceNames(Rules rules) {
    this.rules = rules;
  }

  InstanceNames add(String place, @Nullable PluginInstanceConfig instance) {
    if (instance != null) {
      String name = instance.effectiveName();
      String owner = owners.putIfAbsent(name, place);
      rules.require(
          owner == null,
          () ->
              "%s.name: \"%s\" is the name of %s already (give each instance a name of its own)"
                  .formatted(place, name, owner));
    }
    return this;
  }

  InstanceNames addAll(String place, @Nullable List<PluginInstanceConfig> instances) {
    for (int i = 0; instances != null && i < instances.size(); i++) {
      add(place + "[" + i + "]", instances.get(i));
    }
    return this;
  }
}
