package dev.postern.plugins.audit;

import dev.postern.api.Glob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which names count, as they are or with {@code *} for any characters.
 *
 * @param include only these; {@code null}: all
 * @param exclude but not these; {@code null}: none
 */
public record NameFilter(@Nullable List<String> include, @Nullable List<String> exclude) {
  public NameFilter {
    include = include == null ? null : List.copyOf(include);
    exclude = exclude == null ? null : List.copyOf(exclude);
  }

  boolean accepts(String name) {
    return (include == null || matchesAny(include, name))
        && (exclude == null || !matchesAny(exclude, name));
  }

  private static boolean matchesAny(List<String> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> new Glob(pattern).matches(name));
  }
}
