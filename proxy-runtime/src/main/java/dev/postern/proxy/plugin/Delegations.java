package dev.postern.proxy.plugin;

import dev.postern.api.auth.Authenticator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which authenticators may delegate to which: only to those that are there, and never in a circle,
 * in which nobody would decide. One thread.
 */
final class Delegations {
  private final Map<String, Set<String>> targets = new LinkedHashMap<>();
  private final Catalog catalog;

  /** Those of whose circle is told already. */
  private final Set<String> told = new HashSet<>();

  private Delegations(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Reports to the catalog what does not fit. */
  static void check(List<Instance<Authenticator>> authenticators, Catalog catalog) {
    Delegations delegations = new Delegations(catalog);
    authenticators.forEach(delegations::ask);
    authenticators.forEach(delegations::check);
  }

  private void ask(Instance<Authenticator> instance) {
    Set<String> named = Set.of();
    try (LoaderScope _ = instance.origin().enter()) {
      named = Set.copyOf(instance.plugin().delegates());
    } catch (Throwable e) {
      LoadFailure failure = LoadFailure.of(e);
      refuse(instance, failure.reason(), failure.remedy());
    }
    targets.put(instance.name(), named);
  }

  private void check(Instance<Authenticator> instance) {
    String known = String.join(", ", targets.keySet());
    for (String target : targets.getOrDefault(instance.name(), Set.of())) {
      if (!targets.containsKey(target)) {
        refuse(instance, "delegates to \"" + target + "\", which is not there", "known: " + known);
      }
    }
    List<String> way = new ArrayList<>();
    if (!told.contains(instance.name()) && comesBack(instance.name(), instance.name(), way)) {
      told.addAll(way);
      refuse(
          instance,
          "delegates back to itself: " + String.join(", ", way) + ", " + instance.name(),
          "let one of them decide");
    }
  }

  private boolean comesBack(String from, String to, List<String> way) {
    if (way.contains(from)) {
      return false; // another circle, which is reported there
    }
    way.add(from);
    for (String target : targets.getOrDefault(from, Set.of()).stream().sorted().toList()) {
      if (target.equals(to) || comesBack(target, to, way)) {
        return true;
      }
    }
    way.removeLast();
    return false;
  }

  private void refuse(Instance<Authenticator> instance, String reason, String remedy) {
    catalog.refuse(
        instance.wanted().location().toString(),
        "authenticator " + instance.name() + " " + reason,
        remedy);
  }
}
