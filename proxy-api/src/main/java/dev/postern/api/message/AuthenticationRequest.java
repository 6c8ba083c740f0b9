package dev.postern.api.message;

/**
 * The server asks for a proof, goes on with one, or is satisfied ({@link AuthenticationOk}). All
 * have the type byte {@code R}.
 */
public sealed interface AuthenticationRequest extends BackendMessage
    permits AuthenticationCleartextPassword,
        AuthenticationGSS,
        AuthenticationGSSContinue,
        AuthenticationKerberosV5,
        AuthenticationMD5Password,
        AuthenticationOk,
        AuthenticationSASL,
        AuthenticationSASLContinue,
        AuthenticationSASLFinal,
        AuthenticationSSPI {}
