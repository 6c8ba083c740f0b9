package dev.postern.proxy.session;

import dev.postern.api.Secret;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Which session a CancelRequest means. The secrets are Postern's own and random; a backend's secret
 * never reaches a client. Safe for use by many threads.
 */
public final class CancelKeys {
  /** Protocol 3.0 has room for 4 bytes, all of them random. */
  private static final int SECRET_LENGTH_3_0 = 4;

  private static final int SECRET_LENGTH_3_2 = 32;

  private record Entry(Secret secret, Session session) {}

  private final SecureRandom random = new SecureRandom();

  /** By process id; two backends can use the same one. */
  private final ConcurrentMap<Integer, List<Entry>> sessions = new ConcurrentHashMap<>();

  /** A new secret for a client that speaks this version. */
  Secret newSecret(ProtocolVersion version) {
    byte[] secret =
        new byte
            [version.compareTo(ProtocolVersion.V3_2) < 0 ? SECRET_LENGTH_3_0 : SECRET_LENGTH_3_2];
    random.nextBytes(secret);
    return Secret.copyOf(secret);
  }

  void add(int processId, Secret secret, Session session) {
    sessions.compute(
        processId,
        (id, entries) -> {
          List<Entry> all = entries == null ? new ArrayList<>(1) : new ArrayList<>(entries);
          all.add(new Entry(secret, session));
          return all;
        });
  }

  void remove(int processId, Session session) {
    sessions.computeIfPresent(
        processId,
        (id, entries) -> {
          List<Entry> others =
              entries.stream().filter(entry -> entry.session() != session).toList();
          return others.isEmpty() ? null : others;
        });
  }

  /** The session whose key this is, or {@code null}. */
  @Nullable Session find(CancelRequest request) {
    Session found = null;
    for (Entry entry : sessions.getOrDefault(request.processId(), List.of())) {
      if (entry.secret().equals(request.secretKey())) {
        found = entry.session();
      }
    }
    return found;
  }
}
