package dev.postern.proxy.backend;

import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;

/** None of a route's servers could be reached ({@code 08001}). */
final class BackendUnavailableException extends SessionException {
  private static final long serialVersionUID = 1L;

  BackendUnavailableException(String detail) {
    super(
        SqlState.UNABLE_TO_CONNECT,
        FailureKind.BACKEND,
        "could not connect to the server behind this gateway",
        detail,
        null);
  }
}
