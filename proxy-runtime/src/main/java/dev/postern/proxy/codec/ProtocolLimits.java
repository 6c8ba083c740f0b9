package dev.postern.proxy.codec;

/**
 * How long messages may be, in bytes, and where that comes from. A length counts the length word
 * itself, not the type byte before it.
 */
public final class ProtocolLimits {
  /** The length word alone. */
  public static final int MESSAGE_MIN_LENGTH = 4;

  /** Length and code: SSLRequest and GSSENCRequest are no longer. */
  public static final int STARTUP_PACKET_MIN_LENGTH = 8;

  /**
   * PostgreSQL's MAX_STARTUP_PACKET_LENGTH, 10,000, does not count the length word
   * (backend_startup.c).
   */
  public static final int STARTUP_PACKET_MAX_LENGTH = 10_000 + 4;

  /** Of a secret key ("Message Formats", BackendKeyData); in protocol 3.0 the only length. */
  public static final int CANCEL_KEY_MIN_BYTES = 4;

  /** Of a secret key in protocol 3.2 ("Message Formats", BackendKeyData). */
  public static final int CANCEL_KEY_MAX_BYTES = 256;

  /** PasswordMessage and GSSResponse: PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH (auth.c). */
  public static final int AUTHENTICATION_RESPONSE_MAX_LENGTH = 65_535;

  /** SASLInitialResponse and SASLResponse: PostgreSQL's PG_MAX_SASL_MESSAGE_LENGTH (scram.h). */
  public static final int SASL_RESPONSE_MAX_LENGTH = 1_024;

  /**
   * Messages of a client that hold at most names: PostgreSQL's PQ_SMALL_MESSAGE_LIMIT (libpq.h).
   */
  public static final int SMALL_FRONTEND_MAX_LENGTH = 10_000;

  /** All others of a client: PostgreSQL's PQ_LARGE_MESSAGE_LIMIT, MaxAllocSize - 1 (libpq.h). */
  public static final int LARGE_FRONTEND_MAX_LENGTH = 0x3FFF_FFFE;

  /** What libpq takes as an authentication request or a NegotiateProtocolVersion (fe-connect.c). */
  public static final int AUTHENTICATION_REQUEST_MAX_LENGTH = 2_000;

  /**
   * Messages of a server that hold no data of users: beyond this libpq gives up (fe-protocol3.c).
   */
  public static final int SMALL_BACKEND_MAX_LENGTH = 30_000;

  /** All others of a server: as much as a length word can say. */
  public static final int LARGE_BACKEND_MAX_LENGTH = Integer.MAX_VALUE;

  private ProtocolLimits() {}
}
