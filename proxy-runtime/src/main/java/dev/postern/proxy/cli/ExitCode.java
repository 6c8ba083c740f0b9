package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminException;

/**
 * What the command says to scripts. Part of the command's contract: codes are added, never changed.
 */
enum ExitCode {
  OK(0),
  /** Something failed that none of the others names. */
  FAILURE(1),
  /** The command line is wrong. */
  USAGE(2),
  /** What the command is about does not exist. */
  NOT_FOUND(3),
  /** It exists already, or is in the way. */
  CONFLICT(4),
  /** A running Postern is needed and cannot be reached. */
  UNREACHABLE(5),
  /** What was checked is not as it was written; as sysexits.h has it. */
  DATA(65),
  /** The configuration or a plugin is wrong; as sysexits.h has it. */
  CONFIGURATION(78);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  static ExitCode of(AdminException.Reason reason) {
    return switch (reason) {
      case INVALID -> USAGE;
      case NOT_FOUND -> NOT_FOUND;
      case CONFLICT -> CONFLICT;
      case UNREACHABLE -> UNREACHABLE;
      case FAILED -> FAILURE;
    };
  }

  int code() {
    return code;
  }
}
