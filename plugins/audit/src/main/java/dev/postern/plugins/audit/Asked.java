package dev.postern.plugins.audit;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;

/**
 * What became of something that a client asked for.
 *
 * @param number under which it is on record; 0: it is not
 */
record Asked(long number, Verdict<FrontendMessage> verdict) {
  static final Asked UNRECORDED = new Asked(0, Verdict.forward());
}
