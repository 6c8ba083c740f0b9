package dev.postern.proxy.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where plugin jars are.
 *
 * @param directory each jar in it, and each folder of jars, is a plugin
 * @param sha256 what each jar has to be: its path within the directory, and its SHA-256 in
 *     hexadecimal digits. Where this is given, every jar has to be named; {@code null}: none is
 *     checked
 */
public record PluginsConfig(@Nullable Path directory, @Nullable Map<String, String> sha256) {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-fA-F]{64}");

  /** Nothing set. */
  public static final PluginsConfig UNSET = new PluginsConfig(null, null);

  public PluginsConfig {
    sha256 = sha256 == null ? null : Map.copyOf(sha256);
    Rules rules = new Rules();
    if (sha256 != null) {
      sha256.forEach(
          (jar, digest) ->
              rules.require(
                  DIGEST.matcher(digest).matches(),
                  () ->
                      "sha256: %s of %s (expected: 64 hexadecimal digits)"
                          .formatted(Shown.quoted(digest), Shown.quoted(jar))));
    }
    rules.enforce();
  }

  public Path effectiveDirectory(Path home) {
    return directory == null ? home.resolve("plugins") : directory;
  }
}
