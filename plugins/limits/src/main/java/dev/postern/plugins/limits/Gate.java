package dev.postern.plugins.limits;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether what one session asks for may go on: takes from the buckets what it needs, lets it wait,
 * or refuses it. Called with the session's lock held.
 */
final class Gate {
  private final SessionLimits session;
  private final Facts facts;
  private final Service service;
  private final Places places;

  /** For what the session waits; {@code null} if it does not. */
  private @Nullable Waiter waiter;

  Gate(SessionLimits session, Facts facts, Service service) {
    this.session = session;
    this.facts = facts;
    this.service = service;
    this.places = new Places(service);
  }

  /** Decides on a request that has just come. */
  Verdict<FrontendMessage> admit(Request request) {
    return admit(request, 0, null, service.now());
  }

  /** Takes what is needed, in the order of the limits: who waits for one holds those before it. */
  private Verdict<FrontendMessage> admit(
      Request request, int from, @Nullable Waiter waited, long now) {
    List<Share> shares = request.admission().shares;
    for (int i = from; i < shares.size(); i++) {
      Share share = shares.get(i);
      Shortage shortage = take(share, request, now, false);
      if (shortage == null) {
        continue;
      }
      Limit limit = share.limit;
      if (limit.dryRun()) {
        share.pass();
        service.wouldRefuse(facts, request, share, shortageOf(share, request, now));
      } else if (limit.delays() && shortage.waitNanos() <= limit.maxDelayNanos()) {
        Waiter next = service.await(session, request, i, share, waited, now);
        waiter = next;
        return Verdict.later(next.verdict);
      } else {
        return refuse(request, i, shortageOf(share, request, now), 0);
      }
    }
    for (Share share : shares) {
      share.bucket.chargeSent(request.bytes(), now);
    }
    return Verdict.forward();
  }

  private @Nullable Shortage take(Share share, Request request, long now, boolean inTurn) {
    if (!request.begins()) {
      return share.bucket.sending(now, inTurn);
    }
    boolean held = share.heldUntil > 0;
    // Those who wait may wait for the place that this session has until a Sync behind this.
    Shortage shortage = share.take(now, request.boundary(), inTurn || held);
    if (!held && share.heldUntil > 0) {
      places.add(share);
    }
    return shortage;
  }

  private static Shortage shortageOf(Share share, Request request, long now) {
    return share.bucket.shortage(now, request.begins() && share.needsSlot());
  }

  private Verdict<FrontendMessage> refuse(
      Request request, int place, Shortage shortage, long waitedNanos) {
    giveBack(request, place);
    Share share = request.admission().shares.get(place);
    session.refused(request);
    return service.refuse(facts, request, share, shortage, waitedNanos);
  }

  private void giveBack(Request request, int place) {
    if (!request.begins()) {
      return;
    }
    for (int i = 0; i < place; i++) {
      places.undo(request.admission().shares.get(i));
    }
  }

  /**
   * Decides on one that waits.
   *
   * @return {@code null}: it goes on waiting
   */
  @Nullable Verdict<FrontendMessage> retry(Waiter asked) {
    long now = service.now();
    Share share = asked.request.admission().shares.get(asked.place);
    Shortage shortage = take(share, asked.request, now, true);
    if (shortage != null && now - asked.deadline < 0) {
      return null;
    }
    asked.over = true;
    asked.bucket.dequeue(asked);
    waiter = null;
    return shortage == null
        ? admit(asked.request, asked.place + 1, asked, now)
        : refuse(asked.request, asked.place, shortage, share.limit.maxDelayNanos());
  }

  /** The server has answered all up to there: places that were held for that are free. */
  void answered(long boundary) {
    places.leave(boundary);
  }

  /** The session has ended. */
  void close() {
    Waiter waiting = waiter;
    if (waiting != null) {
      waiting.over = true;
      waiting.bucket.dequeue(waiting);
      giveBack(waiting.request, waiting.place);
      service.wake(waiting.bucket);
      waiter = null;
    }
    places.leave(Long.MAX_VALUE);
  }
}
