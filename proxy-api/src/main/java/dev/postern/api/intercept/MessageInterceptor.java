package dev.postern.api.intercept;

import dev.postern.api.Plugin;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.SessionInfo;

/**
 * Sees, and may decide on, the messages of sessions. One instance serves all sessions; state of a
 * session lives in its handlers.
 */
public interface MessageInterceptor extends Plugin {
  /**
   * A session is about to relay. Declares what this interceptor wants of it: declare nothing, and
   * it costs nothing. Runs on the session's virtual thread; may block until the login's deadline.
   * An exception refuses the session.
   *
   * @param session who, from where, to where
   * @param interests where to declare; valid during this call only; a declaration after the session
   *     has begun is an {@link IllegalStateException}
   */
  void open(SessionInfo session, Interests interests);

  /**
   * A login came to no session, after the client had said who it wants to be. Told before the
   * client is, also where {@link #open} was called for it. Runs on the login's virtual thread; may
   * block until the login's deadline, which interrupts it. An exception is logged and changes
   * nothing: the login is refused anyway.
   */
  default void refused(RefusedLogin login) {}
}
