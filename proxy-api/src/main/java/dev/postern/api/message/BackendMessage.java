package dev.postern.api.message;

/** A message that a server sends. */
public sealed interface BackendMessage extends Message
    permits AuthenticationRequest,
        BackendKeyData,
        BindComplete,
        CloseComplete,
        CommandComplete,
        CopyBothResponse,
        CopyData,
        CopyDone,
        CopyInResponse,
        CopyOutResponse,
        DataRow,
        EmptyQueryResponse,
        ErrorOrNotice,
        FunctionCallResponse,
        NegotiateProtocolVersion,
        NoData,
        NotificationResponse,
        ParameterDescription,
        ParameterStatus,
        ParseComplete,
        PortalSuspended,
        ReadyForQuery,
        RowDescription {}
