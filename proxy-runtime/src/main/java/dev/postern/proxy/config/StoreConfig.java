package dev.postern.proxy.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where users and plugins' data are kept.
 *
 * @param directory of the user store and of plugins' files
 * @param backendPasswordKey file with the key that encrypts backend passwords in the store; made at
 *     first use
 */
public record StoreConfig(@Nullable Path directory, @Nullable Path backendPasswordKey) {

  /** Nothing set. */
  public static final StoreConfig UNSET = new StoreConfig(null, null);

  public Path effectiveDirectory(Path home) {
    return directory == null ? home.resolve("data") : directory;
  }

  public Path effectiveBackendPasswordKey(Path home) {
    return backendPasswordKey == null
        ? home.resolve("conf", "backend-passwords.key")
        : backendPasswordKey;
  }
}
