package dev.postern.plugins.querylog;

import static dev.postern.plugins.querylog.TrackedSession.BOUND;
import static dev.postern.plugins.querylog.TrackedSession.CLOSED;
import static dev.postern.plugins.querylog.TrackedSession.IN_TRANSACTION;
import static dev.postern.plugins.querylog.TrackedSession.PARSED;
import static dev.postern.plugins.querylog.TrackedSession.READY;
import static dev.postern.plugins.querylog.TrackedSession.bind;
import static dev.postern.plugins.querylog.TrackedSession.complete;
import static dev.postern.plugins.querylog.TrackedSession.execute;
import static dev.postern.plugins.querylog.TrackedSession.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Close;
import dev.postern.api.message.Execute;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import org.junit.jupiter.api.Test;

/** What is logged of portals that are fetched in parts. */
final class CursorsTest {
  private final TrackedSession session = new TrackedSession();

  @Test
  void theFetchesOfACursorAreOneStatement() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.after(1_000);
    session.wire.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.after(100_000);
    session.wire.client(new Execute("c", 10), new Sync());
    session.after(1_000);
    session.wire.server(complete("SELECT 4"), IN_TRANSACTION);

    assertThat(session.log).containsExactly("completed a: SELECT 14 rows, 2 us");
  }

  @Test
  void aCursorThatIsClosedEarlyIsLoggedAsSuspended() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.wire.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.wire.client(new Close(Target.PORTAL, "c"), new Sync()).server(CLOSED, IN_TRANSACTION);

    assertThat(session.log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void aLimitedFetchWhosePortalWasClosedInTheSamePipelineIsLogged() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10));
    session.wire.client(new Close(Target.PORTAL, "c"), new Sync());
    session.wire.server(PARSED, BOUND, new PortalSuspended(), CLOSED, READY);

    assertThat(session.log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void theEndOfTheTransactionEndsItsCursors() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.wire.server(PARSED, BOUND, new PortalSuspended(), READY);
    assertThat(session.log).containsExactly("suspended a: 10 rows, 0 us");
  }

  @Test
  void theEndOfATransactionDoesNotTouchPortalsThatCameAfterIt() {
    session.wire.client(parse("s", "a"), bind("", "s"), execute(""), new Sync(), bind("p", "s"));
    session.wire.server(PARSED, BOUND, complete("SELECT 1"), READY);
    session.wire.client(execute("p"), new Sync()).server(BOUND, complete("SELECT 2"), READY);

    assertThat(session.log)
        .containsExactly("completed a: SELECT 1 rows, 0 us", "completed a: SELECT 2 rows, 0 us");
  }

  @Test
  void aCursorWhosePortalMayBeAnotherIsLoggedAtOnce() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.wire.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session
        .wire
        .client(new Query("close all"))
        .server(complete("CLOSE CURSOR ALL"), IN_TRANSACTION);
    session
        .wire
        .client(new Execute("c", 10), new Sync())
        .server(new PortalSuspended(), IN_TRANSACTION);
    assertThat(session.log)
        .containsExactly(
            "suspended a: 10 rows, 0 us",
            "completed close all: CLOSE CURSOR ALL, 0 us",
            "suspended (unknown): 10 rows, 0 us");
  }

  @Test
  void aCursorBesideOneOfSqlIsOneStatement() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Sync());
    session.wire.server(PARSED, BOUND, new PortalSuspended(), IN_TRANSACTION);
    session.wire.client(new Query("close d")).server(complete("CLOSE CURSOR"), IN_TRANSACTION);
    session
        .wire
        .client(new Execute("c", 10), new Sync())
        .server(complete("SELECT 4"), IN_TRANSACTION);
    assertThat(session.log)
        .containsExactly(
            "completed close d: CLOSE CURSOR, 0 us", "completed a: SELECT 14 rows, 0 us");
  }

  @Test
  void aCursorWhosePortalSqlTakesInTheSamePipelineIsLoggedAtOnce() {
    session.wire.client(parse("", "a"), bind("c", ""), new Execute("c", 10), new Query("close c"));
    session.wire.server(PARSED, BOUND, new PortalSuspended());
    assertThat(session.log).containsExactly("suspended a: 10 rows, 0 us");
  }
}
