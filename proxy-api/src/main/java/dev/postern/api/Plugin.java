package dev.postern.api;

/**
 * An instance of a plugin, configured and in service. What it opened, it closes in {@link
 * #close()}.
 */
public interface Plugin extends AutoCloseable {
  /**
   * Whether this plugin may keep the thread of a login from other work for longer than some 50
   * microseconds: by files, name lookups, native code or much computing, such as hashing a
   * password. Waiting for the client, for locks, futures and sockets of {@code java.net} is not
   * meant: a virtual thread lets go of its carrier there.
   *
   * <p>Where all plugins that take part in logins say {@code false}, Postern may run logins on
   * virtual threads that the event loops carry, which saves handing each login to and fro. A plugin
   * that says so wrongly delays all sessions of an event loop. Asked once, after the instance was
   * created.
   */
  default boolean mayBlock() {
    return true;
  }

  /**
   * Releases what this instance owns. Called once, after the last session that used it has ended,
   * with the plugin's class loader as context class loader, on a thread of its own. An exception is
   * logged and does not stop anything else from closing. Postern waits 10 seconds for it, then it
   * closes what comes next, and when it ends it does so without the rest.
   */
  @Override
  default void close() throws Exception {}
}
