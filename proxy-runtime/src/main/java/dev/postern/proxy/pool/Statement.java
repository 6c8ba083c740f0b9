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
  private final Object scope;
  private final int effects;

  /** Of what servers say of it, once one has. */
  private long shape;

  private boolean described;
  private volatile boolean stale;

  /**
   * @param body of the Parse message behind the name
   * @param serverName without the terminating zero
   * @param scope as in {@link Statements#of}
   * @param effects what executing it leaves behind, as whoever made it counts that
   */
  Statement(byte[] body, String serverName, Object scope, int effects) {
    this.body = body;
    this.scope = scope;
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

  /** Equal for clients for whom names and literals in the text mean the same. */
  public Object scope() {
    return scope;
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

  /**
   * Its clients are told what a server has said of another one, if it has.
   *
   * @return false if a server has said something else of this one
   */
  public boolean describeAs(Statement other) {
    long expected;
    synchronized (other) {
      if (!other.described) {
        return true;
      }
      expected = other.shape;
    }
    synchronized (this) {
      if (!described) {
        described = true;
        shape = expected;
      }
      return shape == expected;
    }
  }

  /** Whether its clients were told other parameters or columns than it would have now. */
  public boolean isStale() {
    return stale;
  }
}
