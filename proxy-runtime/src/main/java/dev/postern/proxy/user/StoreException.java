package dev.postern.proxy.user;

import org.jspecify.annotations.Nullable;

/**
 * An operation on the user store that was not done. The message is fit for whoever asked for it and
 * holds no secret.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** No such user or mapping. */
    NOT_FOUND,
    /** It exists already, or contradicts what is stored. */
    CONFLICT,
    /** A value is outside its range. */
    INVALID,
    /** Another process has the store open. */
    LOCKED,
    /** The store cannot be opened, read or written. */
    FAILED
  }

  private final Reason reason;

  StoreException(Reason reason, String message) {
    this(reason, message, null);
  }

  StoreException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  static StoreException invalid(String message) {
    return new StoreException(Reason.INVALID, message);
  }

  static StoreException unknownUser(String name) {
    return new StoreException(Reason.NOT_FOUND, "no such user: " + name);
  }
}
