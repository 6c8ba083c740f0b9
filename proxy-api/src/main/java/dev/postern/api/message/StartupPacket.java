package dev.postern.api.message;

/** What can begin a connection: the only messages without a type byte. */
public sealed interface StartupPacket extends FrontendMessage
    permits CancelRequest, GSSENCRequest, SSLRequest, StartupMessage {}
