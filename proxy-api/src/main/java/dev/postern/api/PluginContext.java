package dev.postern.api;

import dev.postern.api.user.UserDirectory;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What Postern lends to an instance of a plugin. Valid until {@link Plugin#close()} returns. Safe
 * for use by many threads.
 */
public interface PluginContext {
  /** The instance's name in the configuration; for log lines and metrics. */
  String instanceName();

  /**
   * A directory in which this instance may keep files; it exists, is private to Postern's account,
   * and outlives restarts.
   */
  Path dataDirectory();

  /**
   * Postern's own users. Lookups may block and belong on a session's virtual thread, never on an
   * event loop.
   */
  UserDirectory users();

  /** The clock to use for validity times, so that tests can move it. */
  InstantSource clock();
}
