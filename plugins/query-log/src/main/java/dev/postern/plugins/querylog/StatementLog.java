package dev.postern.plugins.querylog;

import dev.postern.api.session.SessionInfo;
import java.util.function.Consumer;

/** Where ended statements go. Safe for use by many threads. */
interface StatementLog {
  /** Takes the statements of a session, on its event loop; never blocks. */
  Consumer<EndedStatement> of(SessionInfo session);

  /** Writes what still waits. */
  void close() throws InterruptedException;
}
