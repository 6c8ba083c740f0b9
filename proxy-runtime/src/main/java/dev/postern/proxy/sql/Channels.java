package dev.postern.proxy.sql;

import dev.postern.proxy.sql.ListenScript.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a client listens to. What it does in a transaction takes effect at the commit
 * (PostgreSQL documentation, "LISTEN"), unless a savepoint from before it is rolled back to.
 */
public final class Channels {
  /** Never changed, but replaced. */
  private Set<String> inForce = Set.of();

  /** What the transaction has done so far, with the savepoints that came behind the first of it. */
  private final List<Step> pending = new ArrayList<>(1);

  /** Whether anything was ever listened to. */
  private boolean used;

  /** Whether the transaction has failed, and waits for its end. */
  private boolean failed;

  public Channels() {}

  /** The same as another at this time. */
  Channels(Channels other) {
    inForce = other.inForce;
    pending.addAll(other.pending);
    used = other.used;
    failed = other.failed;
  }

  /** A statement was carried out. */
  public void done(@Nullable Step step) {
    switch (step) {
      case Step.Listen listen -> pending.add(listen);
      case Step.Unlisten unlisten -> pending.add(unlisten);
      case Step.UnlistenAll all -> pending.add(all);
      case Step.Savepoint savepoint -> {
        if (!pending.isEmpty()) {
          pending.add(savepoint);
        }
      }
      case Step.Release(String name) -> released(lastSavepoint(name));
      case Step.RollbackTo(String name) -> {
        // One that is not known was there before anything of this.
        int kept = lastSavepoint(name) + 1;
        pending.subList(kept, pending.size()).clear();
        failed = false;
      }
      case Step.End end -> rolledBack();
      case Step.Prepare prepare -> rolledBack();
      case Step.Bar bar -> {}
      case null -> {}
    }
  }

  /** The transaction has failed. */
  public void failed() {
    failed = true;
  }

  /**
   * Whether the server may prepare the transaction for a commit in two phases. If it has failed,
   * that only ends it. UNLISTEN does not count in a session that has never listened.
   */
  public boolean canBePrepared() {
    return failed
        || pending.stream()
            .noneMatch(
                step ->
                    step instanceof Step.Listen
                        || (used
                            && (step instanceof Step.Unlisten
                                || step instanceof Step.UnlistenAll)));
  }

  /** Its effects are those of the transaction, or savepoint, around it. */
  private void released(int savepoint) {
    int from = Math.max(0, savepoint);
    List<Step> behind = pending.subList(from, pending.size());
    behind.removeIf(step -> step instanceof Step.Savepoint);
  }

  /** Where the last savepoint of this name is, or -1. */
  private int lastSavepoint(String name) {
    return pending.lastIndexOf(new Step.Savepoint(name));
  }

  /** The transaction is committed. */
  public void committed() {
    failed = false;
    if (pending.isEmpty()) {
      return;
    }
    Set<String> changed = new LinkedHashSet<>(inForce);
    for (Step step : pending) {
      switch (step) {
        case Step.Listen(String channel) -> {
          used = true;
          changed.add(channel);
        }
        case Step.Unlisten(String channel) -> changed.remove(channel);
        case Step.UnlistenAll all -> changed.clear();
        default -> {}
      }
    }
    inForce = Collections.unmodifiableSet(changed);
    pending.clear();
  }

  /** The transaction is rolled back. */
  public void rolledBack() {
    failed = false;
    pending.clear();
  }

  /** Outside of a transaction, the client has stopped listening to anything. */
  public void clear() {
    inForce = Set.of();
    pending.clear();
  }

  /** What it listens to; later changes are not seen there. */
  public Set<String> inForce() {
    return inForce;
  }
}
