package dev.postern.proxy.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the command line reaches a running Postern.
 *
 * @param socket a Unix domain socket that only Postern's account can open
 */
public record AdminConfig(@Nullable Path socket) {

  /** Nothing set. */
  public static final AdminConfig UNSET = new AdminConfig(null);

  public Path effectiveSocket(Path home) {
    return socket == null ? home.resolve("run", "admin.sock") : socket;
  }
}
