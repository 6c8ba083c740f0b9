package dev.postern.api.message;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Begins a session.
 *
 * @param version what the client would speak
 * @param parameters as sent and in that order, names that begin with {@code _pq_.} included; of a
 *     name that was sent twice, the last value counts, as in PostgreSQL
 */
public record StartupMessage(ProtocolVersion version, Map<String, String> parameters)
    implements StartupPacket {
  private static final String OPTION_PREFIX = "_pq_.";

  public StartupMessage {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** The options of the protocol: names that begin with {@code _pq_.}. */
  public Map<String, String> protocolOptions() {
    return filter(true);
  }

  /**
   * Everything else: {@code user}, {@code database}, {@code options}, {@code replication} and
   * settings of the session.
   */
  public Map<String, String> sessionParameters() {
    return filter(false);
  }

  private Map<String, String> filter(boolean options) {
    Map<String, String> chosen = new LinkedHashMap<>();
    parameters.forEach(
        (name, value) -> {
          if (name.startsWith(OPTION_PREFIX) == options) {
            chosen.put(name, value);
          }
        });
    return Collections.unmodifiableMap(chosen);
  }

  /** Without the parameters, which nobody has vouched for yet. */
  @Override
  public String toString() {
    return "StartupMessage[" + version + ", " + parameters.size() + " parameters]";
  }
}
