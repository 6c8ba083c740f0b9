package dev.postern.proxy.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** What is asked on a listening connection. Names are as servers keep them. */
final class ListeningQueries {
  /** A server looks through all channels that it has for each new one. */
  private static final int MAX_CHANNELS = 500;

  /** No server ends a session that does nothing but listen, and the operator sees what it does. */
  static final String SETTINGS =
      "SELECT pg_catalog.set_config('application_name', 'postern (listening)', false);"
          + " SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings"
          + " WHERE name OPERATOR(pg_catalog.=) 'idle_session_timeout'";

  static final String UNICODE = "SET client_encoding TO 'UTF8'";

  private ListeningQueries() {}

  /**
   * @param channels may be none; the server answers nevertheless
   */
  static String listen(Collection<SharedChannel> channels) {
    return channels.stream()
        .map(channel -> "LISTEN " + quoted(channel.name()))
        .collect(Collectors.joining("; "));
  }

  static String unlisten(Collection<String> names) {
    return names.stream().map(name -> "UNLISTEN " + quoted(name)).collect(Collectors.joining("; "));
  }

  /** So many that a server answers in time, however many there are. */
  static List<List<SharedChannel>> pieces(Collection<SharedChannel> channels) {
    List<SharedChannel> all = List.copyOf(channels);
    List<List<SharedChannel>> pieces = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MAX_CHANNELS) {
      pieces.add(all.subList(from, Math.min(all.size(), from + MAX_CHANNELS)));
    }
    return pieces;
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
