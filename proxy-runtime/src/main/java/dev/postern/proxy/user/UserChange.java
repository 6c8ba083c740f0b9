package dev.postern.proxy.user;

/**
 * Something that changed in the store, told after it was committed.
 *
 * @param user whose entry changed
 * @param kind what happened to it
 */
public record UserChange(String user, Kind kind) {
  /** What can happen to a user. */
  public enum Kind {
    ADDED,
    /** Validity, databases or the limit of sessions. */
    SETTINGS_CHANGED,
    /** The verifiers: what was logged in to with an old one is to be retired. */
    PASSWORD_CHANGED,
    ENABLED,
    DISABLED,
    REMOVED,
    /** The role or password with which the user reaches a backend. */
    MAPPING_CHANGED
  }

  /**
   * Whether backend connections that were opened for the user before must not serve a new login.
   */
  public boolean retiresBackends() {
    return switch (kind) {
      case PASSWORD_CHANGED, DISABLED, REMOVED, MAPPING_CHANGED -> true;
      case ADDED, SETTINGS_CHANGED, ENABLED -> false;
    };
  }
}
