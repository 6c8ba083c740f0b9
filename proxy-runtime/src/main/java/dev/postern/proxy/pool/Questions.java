package dev.postern.proxy.pool;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What logins have asked a pool's servers, or ask at the moment. Safe for use by many threads. */
final class Questions {
  /** Different settings whose answer is kept; further ones are asked for by each login. */
  private static final int MAX_KEPT = 1000;

  private final ConcurrentMap<Map<String, String>, Question> kept = new ConcurrentHashMap<>();

  Questions() {}

  /**
   * What a server makes of these settings.
   *
   * @param loop of the login; those that wait are told on it if the login is the first
   * @param free whether it can be asked at once
   */
  Question about(Map<String, String> settings, EventLoop loop, boolean free) {
    Question known = kept.get(settings);
    if (known != null && free && known.isOld(System.nanoTime())) {
      remove(known);
      known = kept.get(settings);
    }
    if (known != null) {
      return known;
    }
    Question first = new Question(this, settings, loop);
    if (kept.size() < MAX_KEPT) {
      known = kept.putIfAbsent(settings, first);
    }
    return known == null ? first : known;
  }

  void remove(Question question) {
    kept.remove(question.settings(), question);
  }

  /**
   * The server has begun to report something else, or may be gone: what is asked now is not kept
   * either.
   */
  void forget() {
    kept.clear();
  }
}
