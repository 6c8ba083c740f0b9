package dev.postern.proxy.session;

import dev.postern.api.Secret;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** How long the key of a session that has ended is still known, in nanoseconds. */
  private static final long REMEMBERED_NANOS = 60_000_000_000L;

  private static final int MAX_REMEMBERED = 10_000;

  private record Ended(Secret secret, long until) {}

  /** By process id, the eldest first. Guarded by itself. */
  private final Map<Integer, Ended> ended =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Ended> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /** {@code null} where there is only one node. */
  private final @Nullable NodeKeys node;

  private final SecureRandom random = new SecureRandom();

  /** By process id; two backends can use the same one. */
  private final ConcurrentMap<Integer, List<Entry>> sessions = new ConcurrentHashMap<>();

  CancelKeys(@Nullable NodeKeys node) {
    this.node = node;
  }

  /**
   * A new key for a client.
   *
   * @param processId what the key has for one, where there is room for it
   * @param version which the client speaks
   */
  BackendKeyData newKey(int processId, ProtocolVersion version) {
    boolean isLong = version.compareTo(ProtocolVersion.V3_2) >= 0;
    if (node == null) {
      return new BackendKeyData(
          processId, newSecret(isLong ? SECRET_LENGTH_3_2 : SECRET_LENGTH_3_0));
    }
    return isLong
        ? new BackendKeyData(processId, node.newLongSecret(processId))
        : new BackendKeyData(node.processId(processId), newSecret(SECRET_LENGTH_3_0));
  }

  private Secret newSecret(int length) {
    byte[] secret = new byte[length];
    random.nextBytes(secret);
    return Secret.copyOf(secret);
  }

  /** A process id for a session that has no backend of its own. */
  int newProcessId() {
    return random.nextInt(1, Integer.MAX_VALUE);
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

  void remove(int processId, Secret secret, Session session) {
    synchronized (ended) {
      ended.put(processId, new Ended(secret, System.nanoTime() + REMEMBERED_NANOS));
    }
    sessions.computeIfPresent(
        processId,
        (id, entries) -> {
          List<Entry> others =
              entries.stream().filter(entry -> entry.session() != session).toList();
          return others.isEmpty() ? null : others;
        });
  }

  /** Whether this was the key of a session that has just ended. */
  boolean wasKnown(CancelRequest request) {
    Ended session;
    synchronized (ended) {
      session = ended.get(request.processId());
    }
    return session != null
        && session.secret().equals(request.secretKey())
        && System.nanoTime() - session.until() < 0;
  }

  /** Whether the key is so short that somebody could hit one by trying. */
  static boolean isGuessable(CancelRequest request) {
    return request.secretKey().toByteArray().length <= SECRET_LENGTH_3_0;
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
