package dev.postern.proxy.cli;

import dev.postern.proxy.config.StoreConfig;
import dev.postern.proxy.user.BackendMappings;
import dev.postern.proxy.user.StoreException;
import dev.postern.proxy.user.UserStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Looks for the key of stored backend passwords, which nothing needs before a login does. */
final class BackendKeyCheck {
  private BackendKeyCheck() {}

  /**
   * What the operator may have forgotten: nothing where no store can be in need of a key.
   *
   * @throws StoreException if there is a key that cannot be used
   */
  static Optional<String> warning(StoreConfig store, Path home) {
    Path key = store.effectiveBackendPasswordKey(home);
    if (Files.exists(key)) {
      BackendMappings.checkKey(key);
      return Optional.empty();
    }
    boolean mayBeNeeded =
        store.backendPasswordKey() != null || UserStore.exists(store.effectiveDirectory(home));
    return mayBeNeeded
        ? Optional.of(
            "no key of backend passwords: %s (it is made with the first mapping that has a password; a store that has some already needs the old one)"
                .formatted(key))
        : Optional.empty();
  }
}
