package dev.postern.api;

/** Whose fault an ended session was; the label under which metrics count it. */
public enum FailureKind {
  /** The client broke the protocol, gave wrong credentials, or asked for what it may not have. */
  CLIENT,
  /** A limit was reached. */
  OVERLOAD,
  /** A plugin refused, failed or answered late. */
  PLUGIN,
  /** The PostgreSQL server refused, vanished or broke the protocol. */
  BACKEND,
  /** Postern itself failed. */
  PROXY
}
