package dev.postern.proxy.admin;

import dev.postern.proxy.user.StoreException;
import org.jspecify.annotations.Nullable;

/** An operation that was not done. The message is fit for whoever asked; it holds no secret. */
public final class AdminException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** A value is wrong. */
    INVALID(400),
    /** What the operation is about does not exist. */
    NOT_FOUND(404),
    /** It exists already, or contradicts what is there. */
    CONFLICT(409),
    /** No Postern could be reached. */
    UNREACHABLE(503),
    /** Something else failed. */
    FAILED(500);

    private final int httpStatus;

    Reason(int httpStatus) {
      this.httpStatus = httpStatus;
    }

    int httpStatus() {
      return httpStatus;
    }

    static Reason ofHttpStatus(int status) {
      for (Reason reason : values()) {
        if (reason.httpStatus == status) {
          return reason;
        }
      }
      return FAILED;
    }
  }

  private final Reason reason;

  AdminException(Reason reason, String message) {
    this(reason, message, null);
  }

  AdminException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What is wrong with a value. */
  public static AdminException invalid(String message) {
    return new AdminException(Reason.INVALID, message);
  }

  /** That something does not exist. */
  public static AdminException notFound(String message) {
    return new AdminException(Reason.NOT_FOUND, message);
  }

  /** That something exists already. */
  public static AdminException conflict(String message) {
    return new AdminException(Reason.CONFLICT, message);
  }

  /** That no running Postern can be reached. */
  public static AdminException unreachable(String message) {
    return new AdminException(Reason.UNREACHABLE, message);
  }

  /** What the store refused or could not do. */
  public static AdminException of(StoreException e) {
    Reason reason =
        switch (e.reason()) {
          case INVALID -> Reason.INVALID;
          case NOT_FOUND -> Reason.NOT_FOUND;
          case CONFLICT -> Reason.CONFLICT;
          case LOCKED -> Reason.UNREACHABLE;
          case FAILED -> Reason.FAILED;
        };
    return new AdminException(reason, String.valueOf(e.getMessage()), e);
  }

  public Reason reason() {
    return reason;
  }
}
