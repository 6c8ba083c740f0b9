package dev.postern.plugins.audit;

import dev.postern.api.message.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which name stands for which prepared statement and which portal, as of what the client has sent.
 * Where a client keeps too many, or only seems to because it gave them up by SQL, the oldest
 * statements are put on record and forgotten. Used by the session's event loop only.
 */
final class Names {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;

  /** Characters of all statements together. */
  static final int MAX_WEIGHT = 16 << 20;

  private final Map<String, StatementText> statements = new LinkedHashMap<>();
  private final Map<String, Portal> portals = new LinkedHashMap<>();
  private final BiConsumer<String, StatementText> forgotten;
  private long weight;

  /**
   * @param forgotten told of statements that are not known any more from now on
   */
  Names(BiConsumer<String, StatementText> forgotten) {
    this.forgotten = forgotten;
  }

  void parsed(String statement, StatementText text) {
    remove(statement);
    statements.put(statement, text);
    weight += text.weight();
    while (statements.size() > MAX_STATEMENTS || (weight > MAX_WEIGHT && statements.size() > 1)) {
      Map.Entry<String, StatementText> oldest = statements.entrySet().iterator().next();
      String name = oldest.getKey();
      forgotten.accept(name, oldest.getValue());
      remove(name);
    }
  }

  StatementText statement(String name) {
    return statements.getOrDefault(name, StatementText.UNKNOWN);
  }

  @Nullable Portal portal(String name) {
    return portals.get(name);
  }

  void bound(String name, Portal portal) {
    portals.put(name, portal);
    if (portals.size() > MAX_PORTALS) {
      portals.remove(portals.keySet().iterator().next());
    }
  }

  void closed(Target target, String name) {
    if (target == Target.STATEMENT) {
      remove(name);
    } else {
      portals.remove(name);
    }
  }

  private void remove(String statement) {
    StatementText gone = statements.remove(statement);
    if (gone != null) {
      weight -= gone.weight();
    }
  }
}
