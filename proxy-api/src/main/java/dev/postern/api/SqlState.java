package dev.postern.api;

/**
 * A five-character error code (PostgreSQL documentation, appendix A). The constants are those that
 * a gateway has use for.
 *
 * @param code five characters, each {@code 0-9} or {@code A-Z}
 */
public record SqlState(String code) {
  public static final SqlState SUCCESSFUL_COMPLETION = new SqlState("00000");
  public static final SqlState CONNECTION_EXCEPTION = new SqlState("08000");
  public static final SqlState UNABLE_TO_CONNECT = new SqlState("08001");
  public static final SqlState REJECTED_CONNECTION = new SqlState("08004");
  public static final SqlState CONNECTION_FAILURE = new SqlState("08006");
  public static final SqlState PROTOCOL_VIOLATION = new SqlState("08P01");
  public static final SqlState FEATURE_NOT_SUPPORTED = new SqlState("0A000");
  public static final SqlState IDLE_IN_TRANSACTION_TIMEOUT = new SqlState("25P03");
  public static final SqlState INVALID_AUTHORIZATION = new SqlState("28000");
  public static final SqlState INVALID_PASSWORD = new SqlState("28P01");
  public static final SqlState INVALID_DATABASE = new SqlState("3D000");
  public static final SqlState DUPLICATE_PREPARED_STATEMENT = new SqlState("42P05");
  public static final SqlState INSUFFICIENT_PRIVILEGE = new SqlState("42501");
  public static final SqlState INSUFFICIENT_RESOURCES = new SqlState("53000");
  public static final SqlState TOO_MANY_CONNECTIONS = new SqlState("53300");
  public static final SqlState CONFIGURATION_LIMIT_EXCEEDED = new SqlState("53400");
  public static final SqlState PROGRAM_LIMIT_EXCEEDED = new SqlState("54000");
  public static final SqlState QUERY_CANCELED = new SqlState("57014");
  public static final SqlState ADMIN_SHUTDOWN = new SqlState("57P01");
  public static final SqlState CANNOT_CONNECT_NOW = new SqlState("57P03");
  public static final SqlState IDLE_SESSION_TIMEOUT = new SqlState("57P05");
  public static final SqlState IO_ERROR = new SqlState("58030");
  public static final SqlState INTERNAL_ERROR = new SqlState("XX000");

  public SqlState {
    if (code.length() != 5
        || !code.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))) {
      throw new IllegalArgumentException(
          "SQLSTATE \"" + code + "\" (expected: five characters, each 0-9 or A-Z)");
    }
  }

  @Override
  public String toString() {
    return code;
  }
}
