package dev.postern.plugins.limits;

import dev.postern.api.message.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which statement a client means by a name. What a Parse names counts at once for what is sent
 * behind it up to the next Sync, since the server skips that if the Parse fails, and for good when
 * the server has said that it parsed it. A name of which that is not known, or not any more, stands
 * for a statement that is not known. Guarded by its session.
 */
final class Statements {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;
  private static final int MAX_CACHED = 32;
  private static final int MAX_CACHED_LENGTH = 4096;

  /** Servers compare no more of a name, in bytes (NAMEDATALEN). */
  private static final int MAX_NAME = 63;

  private static final int MAX_BYTES_OF_A_CHAR = 3;

  /** What a byte sequence that is no UTF-8 was decoded to, so that names may look alike. */
  private static final char REPLACEMENT = '\ufffd';

  private record Parsed(String name, Shape shape, long boundary) {}

  /**
   * A portal.
   *
   * @param sure whether it cannot be another one, if this Bind should fail
   */
  private record Bound(Shape shape, long boundary, boolean sure) {}

  private final Map<String, Shape> shapes = bounded(MAX_CACHED, true);
  private final Map<String, Shape> confirmed = bounded(MAX_STATEMENTS, false);
  private final Map<String, Bound> portals = bounded(MAX_PORTALS, false);

  /** Those whose answer has not come, in their order. */
  private final Deque<Parsed> unconfirmed = new ArrayDeque<>();

  private final Map<String, Parsed> latest = new HashMap<>();

  /** By this answer, more than could be kept will have been answered; 0: all are kept. */
  private long lostUntil;

  private static <V> Map<String, V> bounded(int max, boolean byUse) {
    return new LinkedHashMap<>(16, 0.75f, byUse) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > max;
      }
    };
  }

  /** Reads a text, unless it was read lately. */
  Shape shape(String sql) {
    if (sql.length() > MAX_CACHED_LENGTH) {
      return Shape.of(sql);
    }
    Shape shape = shapes.get(sql);
    if (shape == null) {
      shape = Shape.of(sql);
      shapes.put(sql, shape);
    }
    return shape;
  }

  /** As much of a name as the server looks at. */
  private static String key(String name) {
    if (name.length() <= MAX_NAME / MAX_BYTES_OF_A_CHAR) {
      return name;
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    return bytes.length <= MAX_NAME ? name : new String(bytes, 0, MAX_NAME, StandardCharsets.UTF_8);
  }

  private static boolean isAmbiguous(String key) {
    return key.indexOf(REPLACEMENT) >= 0;
  }

  /**
   * A Parse.
   *
   * @param boundary the number of the answer by which the server has parsed it, or never will
   */
  void parse(String name, Shape shape, long boundary) {
    if (lostUntil > 0 || unconfirmed.size() >= MAX_STATEMENTS) {
      lostUntil = boundary;
      return;
    }
    Parsed parsed = new Parsed(key(name), shape, boundary);
    unconfirmed.add(parsed);
    latest.put(parsed.name(), parsed);
  }

  void parseComplete() {
    Parsed parsed = unconfirmed.poll();
    if (parsed != null) {
      confirmed.put(parsed.name(), parsed.shape());
      latest.remove(parsed.name(), parsed);
    }
  }

  /**
   * What a name stands for.
   *
   * @param boundary the number of the answer to what asks
   */
  Shape statement(String name, long boundary) {
    String key = key(name);
    if (lostUntil > 0 || isAmbiguous(key)) {
      return Shape.UNKNOWN;
    }
    Parsed parsed = latest.get(key);
    if (parsed == null) {
      return confirmed.getOrDefault(key, Shape.UNKNOWN);
    }
    return parsed.boundary() == boundary ? parsed.shape() : Shape.UNKNOWN;
  }

  void bind(String portal, String statement, long boundary) {
    String key = key(portal);
    Shape shape = statement(statement, boundary);
    Bound before = portals.get(key);
    boolean sure = before == null || before.shape().equals(shape);
    // A portal with a name is not replaced: one of the two Binds fails.
    boolean known = sure || key.isEmpty();
    portals.put(key, new Bound(known ? shape : Shape.UNKNOWN, boundary, sure));
  }

  /**
   * What a portal was made of.
   *
   * @param boundary the number of the answer to what asks
   */
  Shape portal(String name, long boundary) {
    String key = key(name);
    Bound bound = portals.get(key);
    return bound == null || isAmbiguous(key) || !(bound.sure() || bound.boundary() == boundary)
        ? Shape.UNKNOWN
        : bound.shape();
  }

  void close(Target target, String name) {
    if (target == Target.STATEMENT) {
      confirmed.remove(key(name));
    } else {
      portals.remove(key(name));
    }
  }

  /** The client prepares by SQL, under a name that may have been known. */
  void preparedBySql() {
    confirmed.clear();
    List<Parsed> underWay = List.copyOf(unconfirmed);
    unconfirmed.clear();
    for (Parsed each : underWay) {
      Parsed parsed = new Parsed(each.name(), Shape.UNKNOWN, each.boundary());
      unconfirmed.add(parsed);
      latest.put(parsed.name(), parsed);
    }
  }

  /**
   * Everything up to a number is answered.
   *
   * @param idle whether no transaction is open and nothing else is sent
   */
  void answered(long number, boolean idle) {
    while (!unconfirmed.isEmpty() && unconfirmed.peek().boundary() <= number) {
      Parsed failed = unconfirmed.remove();
      latest.remove(failed.name(), failed);
    }
    if (lostUntil > 0 && lostUntil <= number) {
      lostUntil = 0;
      confirmed.clear();
    }
    if (idle) {
      portals.clear();
    }
  }
}
