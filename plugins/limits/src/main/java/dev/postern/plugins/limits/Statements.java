package dev.postern.plugins.limits;

import dev.postern.api.message.Target;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which statement a client means by a name. What a Parse names counts at once for what is sent
 * behind it, and for good when the server has said that it parsed it: a Parse that fails leaves the
 * name to what had it before. A name that is not known here, or not any more, stands for a
 * statement that is not known. Guarded by its session.
 */
final class Statements {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;
  private static final int MAX_CACHED = 32;
  private static final int MAX_CACHED_LENGTH = 4096;

  private record Parsed(String name, Shape shape, long boundary) {}

  private final Map<String, Shape> shapes = bounded(MAX_CACHED, true);
  private final Map<String, Shape> confirmed = bounded(MAX_STATEMENTS, false);
  private final Map<String, Shape> portals = bounded(MAX_PORTALS, false);
  private final Deque<Parsed> unconfirmed = new ArrayDeque<>();
  private final Map<String, Parsed> latest = new HashMap<>();

  private static Map<String, Shape> bounded(int max, boolean byUse) {
    return new LinkedHashMap<>(16, 0.75f, byUse) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Shape> eldest) {
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

  /**
   * A Parse.
   *
   * @param boundary the number of the answer by which the server has parsed it, or never will
   */
  void parse(String name, Shape shape, long boundary) {
    Parsed parsed = new Parsed(name, shape, boundary);
    unconfirmed.add(parsed);
    latest.put(name, parsed);
  }

  void parseComplete() {
    Parsed parsed = unconfirmed.poll();
    if (parsed != null) {
      confirmed.put(parsed.name(), parsed.shape());
      latest.remove(parsed.name(), parsed);
    }
  }

  Shape statement(String name) {
    Parsed parsed = latest.get(name);
    return parsed != null ? parsed.shape() : confirmed.getOrDefault(name, Shape.UNKNOWN);
  }

  void bind(String portal, String statement) {
    Shape shape = statement(statement);
    Shape before = portal.isEmpty() ? null : portals.get(portal);
    // A portal with a name is not replaced: one of the two Binds fails.
    portals.put(portal, before == null || before.equals(shape) ? shape : Shape.UNKNOWN);
  }

  Shape portal(String name) {
    return portals.getOrDefault(name, Shape.UNKNOWN);
  }

  void close(Target target, String name) {
    if (target == Target.STATEMENT) {
      confirmed.remove(name);
    } else {
      portals.remove(name);
    }
  }

  /** The client has prepared by SQL, under a name that may have been known. */
  void preparedBySql() {
    confirmed.clear();
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
    if (idle) {
      portals.clear();
    }
  }
}
