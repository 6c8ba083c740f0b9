package dev.postern.api;

/**
 * An instance of a plugin, configured and in service. What it opened, it closes in {@link
 * #close()}.
 */
public interface Plugin extends AutoCloseable {
  /**
   * Releases what this instance owns. Called once, after the last session that used it has ended,
   * with the plugin's class loader as context class loader. An exception is logged and does not
   * stop anything else from closing.
   */
  @Override
  default void close() throws Exception {}
}
