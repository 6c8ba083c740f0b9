package dev.postern.api.message;

/** A message that a client sends. */
public sealed interface FrontendMessage extends Message
    permits StartupPacket,
        AuthenticationResponse,
        Bind,
        Close,
        CopyData,
        CopyDone,
        CopyFail,
        Describe,
        Execute,
        Flush,
        FunctionCall,
        Parse,
        Query,
        Sync,
        Terminate {}
