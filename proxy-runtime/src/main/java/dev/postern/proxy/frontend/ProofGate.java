package dev.postern.proxy.frontend;

import dev.postern.api.SessionException;

/** Stands before the proofs of a client, such as its password. */
public interface ProofGate {
  /**
   * Called when a proof has come and before anybody has looked at it, on the login's thread; may
   * wait there, in a way that does not hold its carrier.
   *
   * @throws SessionException if it must not be looked at
   */
  void pass() throws SessionException, InterruptedException;
}
