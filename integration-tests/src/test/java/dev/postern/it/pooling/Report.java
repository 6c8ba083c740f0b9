package dev.postern.it.pooling;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells whoever runs the tests what a random one has done, and by which seed it does so again. */
final class Report {
  private static final Logger log = LoggerFactory.getLogger(Report.class);

  private Report() {}

  static void say(String message) {
    log.info("{}", message);
  }
}
