package dev.postern.plugins.limits;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.SessionInfo;
import java.util.List;

/** Safe for use by many threads; what belongs to a session lives in its {@link SessionLimits}. */
final class Limits implements MessageInterceptor {
  private final List<Limit> limits;
  private final Service service;

  Limits(List<Limit> limits, Service service) {
    this.limits = limits;
    this.service = service;
  }

  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public void open(SessionInfo session, Interests interests) {
    Facts facts = Facts.of(session);
    List<Limit> own = limits.stream().filter(limit -> limit.match().acceptsSession(facts)).toList();
    if (!own.isEmpty()) {
      Admissions admissions = new Admissions(facts, own, service.buckets);
      Declaration.of(own, session.startup().replication())
          .declare(interests, new SessionLimits(facts, service, admissions));
    }
  }
}
