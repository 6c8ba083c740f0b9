package dev.postern.plugins.limits;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The buckets that a session uses, found when they are first needed and kept. Guarded by its
 * session.
 */
final class Admissions {
  private static final int MAX_KEPT = 64;

  private final Facts facts;
  private final List<Limit> limits;
  private final Buckets buckets;
  private final boolean looksAtStatements;
  private final Map<BucketKey, Share> shares = new HashMap<>();
  private final Map<Shape, Admission> byShape = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Admission always;

  /**
   * @param limits that are for this session
   */
  Admissions(Facts facts, List<Limit> limits, Buckets buckets) {
    this.facts = facts;
    this.limits = limits;
    this.buckets = buckets;
    looksAtStatements = limits.stream().anyMatch(Limit::looksAtStatements);
  }

  boolean looksAtStatements() {
    return looksAtStatements;
  }

  /** What a statement needs. */
  Admission of(Shape shape) {
    if (looksAtStatements) {
      Admission found = byShape.get(shape);
      if (found == null) {
        found = make(shape);
        byShape.put(shape, found);
        forgetSome(found);
      }
      return found;
    }
    if (always == null) {
      always = make(shape);
    }
    return always;
  }

  private Admission make(Shape shape) {
    List<Share> needed = new ArrayList<>(limits.size());
    for (Limit limit : limits) {
      if (limit.match().acceptsStatement(shape)) {
        BucketKey key = limit.key(facts, shape);
        Share share =
            shares.computeIfAbsent(key, wanted -> new Share(buckets.hold(limit, wanted), wanted));
        share.uses++;
        needed.add(share);
      }
    }
    return new Admission(shape, needed);
  }

  private void forgetSome(Admission not) {
    Iterator<Admission> eldest = byShape.values().iterator();
    while (byShape.size() > MAX_KEPT && eldest.hasNext()) {
      Admission each = eldest.next();
      if (each != not && !each.isInUse()) {
        eldest.remove();
        each.shares.forEach(this::forget);
      }
    }
  }

  private void forget(Share share) {
    if (--share.uses == 0) {
      shares.remove(share.key);
      buckets.leave(share.bucket);
    }
  }

  /** It is not known any more what has no answer. */
  void nothingWaits() {
    byShape.values().forEach(admission -> admission.unanswered = 0);
  }

  /** The session is over. */
  void leave() {
    for (Share share : shares.values()) {
      buckets.leave(share.bucket);
    }
    shares.clear();
    byShape.clear();
    always = null;
  }
}
