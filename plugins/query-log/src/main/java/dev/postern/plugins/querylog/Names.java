package dev.postern.plugins.querylog;

import dev.postern.api.message.Target;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which name stands for which prepared statement and which portal, as of what the client has sent.
 * A client that never closes what it names loses the oldest names, not Postern its memory. Used by
 * the session's event loop only.
 */
final class Names {
  static final int MAX_STATEMENTS = 4096;
  static final int MAX_PORTALS = 256;

  private final Map<String, SqlText> statements = new LinkedHashMap<>();
  private final Map<String, Portal> portals = new LinkedHashMap<>();

  void parsed(String statement, SqlText sql) {
    statements.put(statement, sql);
    if (statements.size() > MAX_STATEMENTS) {
      statements.remove(statements.keySet().iterator().next());
    }
  }

  SqlText statement(String name) {
    return statements.getOrDefault(name, SqlText.UNKNOWN);
  }

  Portal portal(String name) {
    Portal portal = portals.get(name);
    return portal == null ? new Portal(SqlText.UNKNOWN, 0) : portal;
  }

  /** Returns the portals that are gone now: the one that had this name, or the oldest. */
  List<Portal> bound(String name, Portal portal) {
    List<Portal> gone = new ArrayList<>(1);
    Portal replaced = portals.put(name, portal);
    if (replaced != null) {
      gone.add(replaced);
    }
    if (portals.size() > MAX_PORTALS) {
      gone.add(portals.remove(portals.keySet().iterator().next()));
    }
    return gone;
  }

  /** Returns the portal that is gone now, if any. */
  List<Portal> closed(Target target, String name) {
    if (target == Target.STATEMENT) {
      statements.remove(name);
      return List.of();
    }
    Portal closed = portals.remove(name);
    return closed == null ? List.of() : List.of(closed);
  }

  /** A transaction has ended, and with it the portals of this cycle and those before. */
  List<Portal> transactionEnded(long cycle) {
    List<Portal> gone = new ArrayList<>(portals.size());
    for (Iterator<Portal> each = portals.values().iterator(); each.hasNext(); ) {
      Portal portal = each.next();
      if (portal.cycle <= cycle) {
        gone.add(portal);
        each.remove();
      }
    }
    return gone;
  }

  List<Portal> allPortals() {
    return List.copyOf(portals.values());
  }
}
