package dev.postern.proxy.channel;

import java.io.IOException;

/** The peer did not answer in time. */
public final class DeadlineExceededException extends IOException {
  private static final long serialVersionUID = 1L;

  public DeadlineExceededException(String waitingFor) {
    super("timed out waiting for " + waitingFor);
  }
}
