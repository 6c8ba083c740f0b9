package dev.postern.proxy.codec;

import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;

/**
 * The type bytes, and which messages they stand for. One byte can mean one message of a client and
 * another of a server.
 */
public final class MessageTypes {
  public static final byte AUTHENTICATION_REQUEST = 'R';
  public static final byte AUTHENTICATION_RESPONSE = 'p';
  public static final byte BACKEND_KEY_DATA = 'K';
  public static final byte BIND = 'B';
  public static final byte BIND_COMPLETE = '2';
  public static final byte CLOSE = 'C';
  public static final byte CLOSE_COMPLETE = '3';
  public static final byte COMMAND_COMPLETE = 'C';
  public static final byte COPY_BOTH_RESPONSE = 'W';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte COPY_FAIL = 'f';
  public static final byte COPY_IN_RESPONSE = 'G';
  public static final byte COPY_OUT_RESPONSE = 'H';
  public static final byte DATA_ROW = 'D';
  public static final byte DESCRIBE = 'D';
  public static final byte EMPTY_QUERY_RESPONSE = 'I';
  public static final byte ERROR_RESPONSE = 'E';
  public static final byte EXECUTE = 'E';
  public static final byte FLUSH = 'H';
  public static final byte FUNCTION_CALL = 'F';
  public static final byte FUNCTION_CALL_RESPONSE = 'V';
  public static final byte NEGOTIATE_PROTOCOL_VERSION = 'v';
  public static final byte NOTICE_RESPONSE = 'N';
  public static final byte NOTIFICATION_RESPONSE = 'A';
  public static final byte NO_DATA = 'n';
  public static final byte PARAMETER_DESCRIPTION = 't';
  public static final byte PARAMETER_STATUS = 'S';
  public static final byte PARSE = 'P';
  public static final byte PARSE_COMPLETE = '1';
  public static final byte PORTAL_SUSPENDED = 's';
  public static final byte QUERY = 'Q';
  public static final byte READY_FOR_QUERY = 'Z';
  public static final byte ROW_DESCRIPTION = 'T';
  public static final byte SYNC = 'S';
  public static final byte TERMINATE = 'X';

  /** What a client may send once it is logged in. */
  public static final TypeSet FRONTEND_AFTER_LOGIN =
      frontendTypes(FrontendMessage.class).minus(TypeSet.of(AUTHENTICATION_RESPONSE));

  /** What a server may send after the first ReadyForQuery. */
  public static final TypeSet BACKEND_AFTER_LOGIN =
      backendTypes(BackendMessage.class)
          .minus(TypeSet.of(AUTHENTICATION_REQUEST, BACKEND_KEY_DATA, NEGOTIATE_PROTOCOL_VERSION));

  private MessageTypes() {}

  /**
   * The types of all messages of this class, which may be a record or an interface of several.
   * Startup packets have none.
   */
  public static TypeSet frontendTypes(Class<? extends FrontendMessage> message) {
    return TypeTable.FRONTEND.types(message);
  }

  /** The types of all messages of this class, which may be a record or an interface of several. */
  public static TypeSet backendTypes(Class<? extends BackendMessage> message) {
    return TypeTable.BACKEND.types(message);
  }

  /**
   * The name of a client's message, for logs and metrics; the number of a type that there is not.
   */
  public static String frontendName(byte type) {
    return TypeTable.FRONTEND.name(type);
  }

  /**
   * The name of a server's message, for logs and metrics; the number of a type that there is not.
   */
  public static String backendName(byte type) {
    return TypeTable.BACKEND.name(type);
  }
}
