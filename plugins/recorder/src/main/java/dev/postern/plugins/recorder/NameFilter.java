package dev.postern.plugins.recorder;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which names count; compared exactly.
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
    return (include == null || include.contains(name))
        && (exclude == null || !exclude.contains(name));
  }
}
