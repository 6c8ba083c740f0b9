package dev.postern.proxy.admin;

import java.util.List;

/**
 * A running Postern, as its administrator sees it. Safe for use by many threads; methods throw
 * {@link AdminException} where they cannot do what they are asked.
 */
public interface ProxyControl {
  ProxyStatus status();

  /** The sessions that relay, in the order in which they started. */
  List<SessionRow> sessions();

  /**
   * Ends a session.
   *
   * @throws AdminException {@code NOT_FOUND} if there is none with this id
   */
  void kill(String sessionId);

  /** The pools, by route, server, database and role. */
  List<PoolRow> pools();

  /** The plugins that are there, in use or not. */
  List<PluginRow> plugins();

  /** The instances that the configuration makes of them, and those that sessions still need. */
  List<InstanceRow> instances();

  /**
   * Puts new instances in service, of the jars and the configuration as they are now.
   *
   * @param instances their names
   * @throws AdminException {@code NOT_FOUND} if there is none with such a name, {@code INVALID} if
   *     a jar or the configuration is wrong; what was in service stays so
   */
  void reload(List<String> instances);

  /** Lets nobody in any more, and goes on serving who is in. Returns at once. */
  void drain();

  /**
   * Ends Postern: after its sessions have ended or the time to drain is over, or now. Returns at
   * once.
   */
  void stop(boolean now);
}
