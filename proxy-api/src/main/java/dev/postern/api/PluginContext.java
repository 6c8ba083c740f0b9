package dev.postern.api;

import dev.postern.api.user.UserDirectory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.function.DoubleSupplier;

/**
 * What Postern lends to an instance of a plugin. Valid until {@link Plugin#close()} returns; what
 * was opened through it is closed then, the last thing first. Safe for use by many threads.
 *
 * <p>An instance may be replaced by another one of the same name while Postern runs ({@code postern
 * plugin reload}). Both are in service then, until the last session that began with the old one has
 * ended: what they share, such as files in {@link #dataDirectory()}, has to bear two users.
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

  /**
   * Virtual threads of this instance, for what must not be done on an event loop. The plugin's
   * class loader is their context class loader. Refuses tasks and interrupts those under way when
   * the instance is closed.
   */
  ExecutorService threads();

  /**
   * Does something again and again, on a virtual thread of this instance, until the instance is
   * closed: the first time after one interval, and each further time one interval after the last
   * one has ended. What it throws is logged and does not end it.
   *
   * @param interval 1 ms or more
   */
  Registration every(Duration interval, Runnable task);

  /**
   * Tells of a file that has changed, appeared or gone, within some two seconds, on a virtual
   * thread of this instance. Links are followed, so that the swapped links of mounted secrets count
   * as changes. Told once for changes that come together; what it throws is logged.
   *
   * @param file may be absent now
   */
  Registration watch(Path file, Runnable changed);

  /**
   * Reads a file of the plugin's own as strictly as the {@code config} section: YAML, bound to a
   * record as {@link PluginFactory} says. May block.
   *
   * @param file in UTF-8; relative paths in it are relative to the installation
   * @throws SettingsException if it is not there, or anything in it is wrong
   */
  <R extends Record> R read(Path file, Class<R> type) throws SettingsException;

  /**
   * Closes something with the instance, after {@link Plugin#close()}, also where {@code create}
   * fails after this call.
   *
   * @return the same
   */
  <R extends AutoCloseable> R closing(R resource);

  /**
   * Something that all instances share that ask for it by this name, such as one and the instance
   * that replaces it: the lock of a file that both write to, for one. The first that asks has it
   * opened; it is closed after the last of them. They may have different class loaders, so its type
   * has to be the JDK's or the API's.
   *
   * @param name among all plugins: begin it with the plugin's own name
   * @param opening opens it if it is not there; whoever else asks for this name meanwhile, or while
   *     it is closed, waits
   * @throws IllegalStateException if what is there is not of this type, or another one has opened
   *     or closed it for 10 seconds and is not done
   * @throws Exception what {@code opening} throws
   */
  <R extends AutoCloseable> R shared(String name, Class<R> type, Callable<? extends R> opening)
      throws Exception;

  /**
   * A number that the operator sees ({@code postern plugin show}). The same for the same name.
   *
   * @param name lower-case letters, digits and underscores, beginning with a letter
   * @param help what it counts, in a sentence
   * @throws IllegalArgumentException if the name is not one, or is a gauge's
   */
  Counter counter(String name, String help);

  /**
   * A number that goes up and down, and is asked for when somebody looks.
   *
   * @param name as of a counter
   * @param help what it measures, with its unit
   * @param value must not block
   * @throws IllegalArgumentException if the name is not one, or is taken
   */
  void gauge(String name, String help, DoubleSupplier value);
}
