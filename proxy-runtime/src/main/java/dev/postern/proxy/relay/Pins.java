package dev.postern.proxy.relay;

import dev.postern.proxy.pool.CreationPath;
import dev.postern.proxy.sql.Effects;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What ties a session to its backend, as far as the texts of its statements say. Taken away only
 * where there is no doubt: by a statement that was the only one under way, outside of a transaction
 * block, and that was carried out.
 */
final class Pins {
  /** How often a server is asked for its search_path before that is taken to lead to pg_temp. */
  private static final int MAX_UNSAID = 5;

  private final Lease lease;
  private final Outstanding outstanding;
  private final Progress progress;

  /** {@code null} where the client is told nothing. */
  private final @Nullable PinNotices notices;

  private int pins;

  /** What statements under way may do to what servers report. */
  private int reports;

  /** Whether what this transaction creates may be temporary, as its search_path may say. */
  private boolean leadsLocally;

  /** Whether the search_path that was reported may name pg_temp behind the transaction, too. */
  private boolean leadsOn;

  /** Whether something was created on a connection of which nobody knows where that leads. */
  private boolean creates;

  /** Whether the server has been asked that. */
  private boolean asking;

  /** How often it has not said so. */
  private int unsaid;

  /** What the only statement under way takes away, if it is carried out. */
  private int ending;

  private boolean carriedOut;

  /** Whether an Execute has come behind that statement. */
  private boolean executed;

  /**
   * @param telling whether the client is told
   */
  Pins(Lease lease, Outstanding outstanding, Progress progress, boolean telling) {
    this.lease = lease;
    this.outstanding = outstanding;
    this.progress = progress;
    notices = telling ? new PinNotices(outstanding.queue) : null;
  }

  boolean isEmpty() {
    return pins == 0;
  }

  /** Whether the backend is of no use to others even when it has been cleaned. */
  boolean last() {
    return (pins & Effects.LASTS) != 0;
  }

  /** For people. */
  List<String> reasons() {
    return Effects.reasons(pins);
  }

  /** What a statement with these effects would add. */
  int added(int effects) {
    return of(effects) & ~pins;
  }

  private int of(int effects) {
    int wanted = effects & Effects.PINS;
    if ((effects & Effects.SETTING_REPORTED_LATELY) != 0
        && !(lease.backend().parameters().reports("search_path")
            && lease.backend().parameters().reports("default_transaction_read_only"))) {
      wanted |= Effects.SETTING;
    }
    return (effects & Effects.CREATES) != 0 && leads(effects) ? wanted | Effects.TEMPORARY : wanted;
  }

  private boolean leads(int effects) {
    return leadsLocally
        || (effects & Effects.TEMPORARY_PATH_LOCALLY) != 0
        || lease.backend().path().isTemporary()
        || CreationPath.namesTemporary(
            lease.backend().parameters().values().getOrDefault(CreationPath.NAME, ""));
  }

  /**
   * A search_path has been reported. What a transaction has set for itself ends with it, and pins
   * nothing until something is created.
   *
   * @param names whether pg_temp is in it
   */
  void pathReported(boolean names) {
    leadsOn = false;
    if (names && !lease.backend().path().isTemporary()) {
      if (leadsLocally) {
        leadsOn = true;
      } else {
        add(Effects.TEMPORARY_PATH);
      }
    }
  }

  /**
   * Whether the session cannot give its backend back before the server has said where it creates
   * things: those of older versions do not report search_path.
   */
  boolean mustAskForPath() {
    return creates && !lease.backend().path().isKnown();
  }

  /** The server is asked. */
  void asksForPath() {
    asking = true;
  }

  /** Whether the answer to a query of Postern's own is that one. */
  boolean isAskingForPath() {
    return asking;
  }

  /** The server has said what it is where nobody has set it, outside of a transaction. */
  void pathIs(String path) {
    asking = false;
    creates = false;
    unsaid = 0;
    lease.backend().path().is(path);
    if (lease.backend().path().isTemporary()) {
      add(Effects.TEMPORARY);
    }
  }

  /**
   * The server has said nothing of it: a cancel request for the client's statement may have hit the
   * question behind that. It is asked again, but not for ever.
   */
  void pathIsUnsaid() {
    asking = false;
    if (++unsaid == MAX_UNSAID) {
      unsaid = 0;
      creates = false;
      add(Effects.TEMPORARY); // it may lead there
    }
  }

  /** An answer has shown this. */
  void add(int more) {
    add(more & ~pins, true);
  }

  private void add(int added, boolean answered) {
    pins |= added;
    if (notices != null && added != 0) {
      notices.pinned(added, answered);
    }
  }

  /** Whether the client is told of them. */
  boolean areTold() {
    return notices != null;
  }

  /** What the client is to be told before the ReadyForQuery that has come. */
  List<String> news() {
    return notices == null ? List.of() : notices.ready(pins);
  }

  /**
   * Whether what the server has reported may not be what it works with when it comes to the next
   * request.
   */
  boolean areReportsUncertain() {
    return (reports & Effects.CHANGES_REPORTS) != 0;
  }

  /** Whether a statement under way may be SET to DEFAULT. */
  boolean maySetToDefault() {
    return (reports & Effects.DEFAULTS) != 0;
  }

  /** Whether a statement under way may be RESET ALL. */
  boolean mayResetAll() {
    return (reports & Effects.ENDS_SETTING) != 0;
  }

  private void notes(int effects) {
    reports |= effects & (Effects.CHANGES_REPORTS | Effects.DEFAULTS | Effects.ENDS_SETTING);
    leadsLocally |= (effects & Effects.TEMPORARY_PATH_LOCALLY) != 0;
    creates |= (effects & Effects.CREATES) != 0 && !lease.backend().path().isKnown();
  }

  /** A statement with these effects goes on, or is prepared. */
  void apply(int effects) {
    notes(effects);
    int added = of(effects);
    add(added & ~pins, false);
    boolean alone =
        outstanding.queue.isEmpty()
            && progress.transactionStatus() == 'I'
            && (effects & Effects.SEVERAL) == 0;
    ending = added == 0 && alone ? Effects.ended(effects) : 0;
    carriedOut = false;
    executed = false;
  }

  /** A statement with these effects, which was prepared before, may be carried out again. */
  void again(int effects) {
    notes(effects);
    add(of(effects) & ~pins, false);
  }

  /** An Execute comes: a second one may be of a portal that was there before. */
  void execute() {
    if (executed) {
      ending = 0;
    }
    executed = true;
  }

  /** A statement comes: if there is one under way, what is carried out may be either of them. */
  void statement() {
    if (!outstanding.queue.isEmpty()) {
      ending = 0;
    }
  }

  /** A statement has been carried out. */
  void carriedOut() {
    carriedOut = true;
  }

  /** A ReadyForQuery has come. */
  void ready(byte status) {
    if (status == 'I' && carriedOut) {
      pins &= ~ending;
    }
    ending = 0;
    if (status == 'I' && leadsOn) {
      leadsOn = false;
      add(Effects.TEMPORARY_PATH);
    }
    if (outstanding.queue.isEmpty()) {
      reports = 0;
      leadsLocally &= status != 'I';
    }
  }

  /** An error has come. */
  void failed() {
    ending = 0;
  }
}
