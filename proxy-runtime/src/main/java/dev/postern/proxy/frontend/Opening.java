package dev.postern.proxy.frontend;

import dev.postern.api.message.CancelRequest;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.session.StartupParameters;

/** What a client has come for. */
public sealed interface Opening {
  /**
   * To log in.
   *
   * @param version the version that both sides speak from now on
   * @param parameters what it asked for
   */
  record Login(ProtocolVersion version, StartupParameters parameters) implements Opening {}

  /** To cancel what another session is doing; there is no answer. */
  record Cancel(CancelRequest request) implements Opening {}
}
