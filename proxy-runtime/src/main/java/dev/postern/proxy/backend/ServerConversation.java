package dev.postern.proxy.backend;

import dev.postern.api.SessionException;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.routing.Backend;
import java.io.IOException;

/** A server that has been sent a StartupMessage, as the login sees it. */
interface ServerConversation {
  /** Which server it is. */
  Backend backend();

  /**
   * Waits for the next message.
   *
   * @param waitingFor what for, as the operator is to read it when nothing comes
   * @throws SessionException if the server broke the protocol
   * @throws IOException if it went, or the deadline passed
   */
  BackendMessage receive(String waitingFor)
      throws SessionException, IOException, InterruptedException;

  /** Sends without waiting. Takes over the password of a PasswordMessage. */
  void send(AuthenticationResponse message);
}
