package dev.postern.proxy.plugin;

import dev.postern.api.Plugin;
import dev.postern.proxy.config.PluginInstanceConfig;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The instances that a reload does not name. What they do together is not to change either: whoever
 * reloads one has not asked for that.
 *
 * @param named by the reload
 * @param catalog which gets the problems
 */
record Unnamed(Set<String> named, Catalog catalog) {
  /** They have to follow one another as they do in service. */
  <P extends Plugin> void keepOrder(
      List<PluginInstanceConfig> configured, List<Instance<P>> inService) {
    List<PluginInstanceConfig> now =
        configured.stream().filter(one -> isOf(inService, one.effectiveName())).toList();
    List<String> names = now.stream().map(PluginInstanceConfig::effectiveName).toList();
    List<String> before =
        inService.stream().<String>map(Instance::name).filter(names::contains).toList();
    for (int i = 0; i < names.size(); i++) {
      if (!names.get(i).equals(before.get(i))) {
        catalog.refuse(
            now.get(i).location().toString(),
            "%s comes before %s here, and after it in service"
                .formatted(names.get(i), before.get(i)),
            "name one of them too");
        return;
      }
    }
  }

  private <P extends Plugin> boolean isOf(List<Instance<P>> inService, String name) {
    return !named.contains(name) && inService.stream().anyMatch(one -> one.name().equals(name));
  }

  /** The word of each of several authenticators has to count as it does in service. */
  void keepRequire(PluginSelection selection, Generation before) {
    List<PluginInstanceConfig> chain = selection.authenticators();
    if (selection.allAuthenticators() == before.allAuthenticators()
        || chain.size() == 1
        || before.authenticators().size() == 1) {
      return;
    }
    String left =
        chain.stream()
            .map(PluginInstanceConfig::effectiveName)
            .filter(name -> isOf(before.authenticators(), name))
            .collect(Collectors.joining(", "));
    if (!left.isEmpty()) {
      catalog.refuse(
          chain.getFirst().location().toString(),
          "authenticators.require is %s, and %s is in service"
              .formatted(shown(selection.allAuthenticators()), shown(before.allAuthenticators())),
          "name the authenticators that are left, too: " + left);
    }
  }

  private static String shown(boolean all) {
    return all ? "all" : "first";
  }
}
