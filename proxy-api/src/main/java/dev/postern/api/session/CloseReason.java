package dev.postern.api.session;

/** Why a session ended; also the label under which metrics count it. */
public enum CloseReason {
  /** The client sent Terminate. */
  CLIENT_TERMINATED,
  /** The client's connection closed without Terminate. */
  CLIENT_VANISHED,
  /** The client broke the protocol. */
  CLIENT_PROTOCOL_VIOLATION,
  /** The client left more waiting for it than Postern keeps. */
  CLIENT_TOO_SLOW,
  /** The backend closed its connection. */
  BACKEND_CLOSED,
  /** It needed a backend, and none could be reached, or took it in. */
  BACKEND_UNAVAILABLE,
  /** It waited for a backend of its full pool for longer than the pool's wait timeout. */
  POOL_TIMEOUT,
  /** The backend broke the protocol. */
  BACKEND_PROTOCOL_VIOLATION,
  /** Nothing was sent for longer than the idle timeout. */
  IDLE_TIMEOUT,
  /** An interceptor ended it, or failed. */
  INTERCEPTOR,
  /** Its authenticator had said until when its login was good. */
  LOGIN_EXPIRED,
  /** The operator ended it, or its user was disabled. */
  KILLED,
  /** Postern is shutting down. */
  SHUTDOWN,
  /** Postern itself failed. */
  INTERNAL_ERROR
}
