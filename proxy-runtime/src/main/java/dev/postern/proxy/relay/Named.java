package dev.postern.proxy.relay;

import dev.postern.proxy.pool.Statement;

/** A name that a client gave to a statement by one Parse; two are never equal. */
final class Named {
  private final String name;
  private final Statement statement;
  private boolean gone;

  /**
   * @param name as servers keep it, a char for each byte
   */
  Named(String name, Statement statement) {
    this.name = name;
    this.statement = statement;
  }

  String name() {
    return name;
  }

  Statement statement() {
    return statement;
  }

  /** Whether it was not given after all, or the server has forgotten it. */
  boolean isGone() {
    return gone;
  }

  void goes() {
    gone = true;
  }
}
