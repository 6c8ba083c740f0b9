package dev.postern.plugins.mask;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the policies that cover a session ask for together.
 *
 * @param source of the rules that they make
 */
record Terms(
    boolean refusesUnprovable, boolean refusesCopyTo, boolean withholdsErrors, RuleSource source) {
  /**
   * Of these policies.
   *
   * @param askers where to wait for the catalog
   */
  static Terms of(List<PolicyConfig> policies, Catalog catalog, Executor askers) {
    return new Terms(
        policies.stream().anyMatch(PolicyConfig::refusesUnprovable),
        policies.stream().anyMatch(PolicyConfig::refusesCopyTo),
        policies.stream().anyMatch(PolicyConfig::withholdsErrors),
        new RuleSource() {
          private final List<ColumnConfig> columns = columns(policies);

          @Override
          public @Nullable Rules rules() {
            Rules rules = catalog.rules(columns);
            return rules == null || !rules.problems().isEmpty() ? null : rules;
          }

          @Override
          public CompletableFuture<Boolean> ask() {
            return catalog.ask(askers);
          }
        });
  }

  static List<ColumnConfig> columns(List<PolicyConfig> policies) {
    return policies.stream().flatMap(policy -> policy.columns().stream()).toList();
  }

  @Nullable Rules rules() {
    return source.rules();
  }
}
