package dev.postern.plugins.mask;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@code config} section of the plugin.
 *
 * @param catalog how to ask servers what their tables are
 * @param policies one or more; where several cover a session, all count: a column is masked as the
 *     first says that names it, and what one of them refuses is refused
 * @param trustedFunctions {@code schema.name} of functions that show no masked value, whatever they
 *     are given; {@code null}: only those that come with the server
 * @param trustedRelations {@code schema.name} of views that show no masked value; {@code null}:
 *     none
 */
public record MaskConfig(
    CatalogConfig catalog,
    List<PolicyConfig> policies,
    @Nullable List<String> trustedFunctions,
    @Nullable List<String> trustedRelations) {
  public MaskConfig {
    policies = List.copyOf(policies);
    if (policies.isEmpty()) {
      throw new IllegalArgumentException("policies: empty (expected: one or more)");
    }
    trustedFunctions = trustedFunctions == null ? null : List.copyOf(trustedFunctions);
    trustedRelations = trustedRelations == null ? null : List.copyOf(trustedRelations);
    names("trusted-functions", trustedFunctions);
    names("trusted-relations", trustedRelations);
  }

  private static Set<QualifiedName> names(String key, @Nullable List<String> names) {
    try {
      return names == null
          ? Set.of()
          : names.stream().map(QualifiedName::parse).collect(Collectors.toSet());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
    }
  }

  Set<QualifiedName> effectiveTrustedFunctions() {
    return names("trusted-functions", trustedFunctions);
  }

  Set<QualifiedName> effectiveTrustedRelations() {
    return names("trusted-relations", trustedRelations);
  }
}
