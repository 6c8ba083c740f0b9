package dev.postern.proxy.pool;

import java.nio.charset.StandardCharsets;

/**
 * A prepared statement that any client of a pool may have, under whatever name: its text and
 * parameter types as in the Parse message, and the name that it has on servers. Instances are
 * unique within a pool.
 */
public final class Statement {
  private final byte[] body;
  private final byte[] name;
  private final int effects;

  /** Of what servers say of it, once one has. */
  private long shape;

  private boolean described;
  private volatile boolean stale;

  /**
   * @param body of the Parse message behind the name
   * @param serverName without the terminating zero
   * @param effects what executing it leaves behind, as whoever made it counts that
   */
  Statement(byte[] body, String serverName, int effects) {
    this.body = body;
    this.name = serverName.getBytes(StandardCharsets.US_ASCII);
    this.effects = effects;
  }

  /** The Parse message behind the name; not to be changed. */
  public byte[] body() {
    return body;
  }

  /** On servers, without the terminating zero; not to be changed. */
  public byte[] name() {
    return name;
  }

  public int effects() {
    return effects;
  }

  /** Whether a server has said what its parameters and columns are. */
  public synchronized boolean isDescribed() {
    return described;
  }

  /**
   * A server has said what its parameters and columns are. Where tables have changed since another
   * one did, the statement is not what its clients think it is, and is stale from then on.
   *
   * @param newShape equal for equal parameters and columns
   * @return whether it is what it was
   */
  public synchronized boolean describe(long newShape) {
    if (described && shape != newShape) {
      stale = true;
      return false;
    }
    described = true;
    shape = newShape;
    return true;
  }

  /** Whether its clients were told other parameters or columns than it would have now. */
  public boolean isStale() {
    return stale;
  }
}
