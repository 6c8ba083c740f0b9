package dev.postern.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Several plugins that decide who gets in.
 *
 * @param require whose word counts; {@code null}: the first's
 * @param chain in the order in which they are asked
 */
public record AuthenticatorsConfig(@Nullable Require require, List<PluginInstanceConfig> chain) {

  /** Whose word counts. */
  public enum Require {
    /** Of the first that claims the login. */
    FIRST,
    /** Of each: all have to let the client in. */
    ALL
  }

  public AuthenticatorsConfig {
    chain = List.copyOf(chain);
    new Rules().require(!chain.isEmpty(), "chain: empty (expected: one or more)").enforce();
  }
}
