package dev.postern.proxy.user;

import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.proxy.user.StoreException.Reason;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The roles of a PostgreSQL server that may log in, with their verifiers. */
public final class PgAuthid {
  /** Without a condition: an operator would be looked up along a search path that is not ours. */
  private static final String ROLES =
      """
      select rolname, rolpassword, rolvaliduntil, rolcanlogin from pg_catalog.pg_authid
      order by rolname
      """;

  private static final int CONNECT_SECONDS = 10;
  private static final int ANSWER_SECONDS = 60;

  /**
   * Where the server is and as whom to ask it.
   *
   * @param host a name or an address
   * @param port 1 to 65535
   * @param database any database of it
   * @param user a superuser: nobody else may read verifiers
   * @param sslMode what libpq calls by that name
   * @param sslRootCertificate a PEM file; {@code null}: libpq's default
   */
  public record Server(
      String host,
      int port,
      String database,
      String user,
      String sslMode,
      @Nullable String sslRootCertificate) {}

  private PgAuthid() {}

  /**
   * Reads the roles; those without a password have an empty secret.
   *
   * @param password not closed
   * @throws StoreException {@code FAILED} with what the server or the network said
   */
  public static List<ForeignUser> read(Server server, Secret password) {
    try (Connection connection = connect(server, password);
        PreparedStatement statement = connection.prepareStatement(ROLES);
        ResultSet rows = statement.executeQuery()) {
      List<ForeignUser> users = new ArrayList<>();
      while (rows.next()) {
        if (rows.getBoolean("rolcanlogin")) {
          users.add(user(rows));
        }
      }
      return users;
    } catch (SQLException e) {
      String remedy =
          SqlState.INSUFFICIENT_PRIVILEGE.code().equals(e.getSQLState())
              ? " (only a superuser may read pg_authid)"
              : "";
      throw new StoreException(
          Reason.FAILED,
          "%s:%d: %s%s".formatted(server.host(), server.port(), reason(e), remedy),
          e);
    }
  }

  private static String reason(SQLException failure) {
    return failure.getCause() instanceof UnknownHostException
        ? "the name is not known"
        : String.valueOf(failure.getMessage());
  }

  private static Connection connect(Server server, Secret password) throws SQLException {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setServerNames(new String[] {server.host()});
    dataSource.setPortNumbers(new int[] {server.port()});
    dataSource.setDatabaseName(server.database());
    dataSource.setUser(server.user());
    dataSource.setSslMode(server.sslMode());
    dataSource.setSslRootCert(server.sslRootCertificate());
    dataSource.setApplicationName("postern user import");
    dataSource.setConnectTimeout(CONNECT_SECONDS);
    dataSource.setSocketTimeout(ANSWER_SECONDS);
    char[] characters = password.toChars();
    dataSource.setPassword(new String(characters));
    Arrays.fill(characters, '\0');
    return dataSource.getConnection();
  }

  private static ForeignUser user(ResultSet row) throws SQLException {
    String secret = row.getString("rolpassword");
    return new ForeignUser(
        row.getString("rolname"),
        Secret.ofPassword(secret == null ? new char[0] : secret.toCharArray()),
        instant(row.getObject("rolvaliduntil", OffsetDateTime.class)));
  }

  private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
    // pgjdbc's words for infinity.
    return time == null || time.equals(OffsetDateTime.MAX) ? null : time.toInstant();
  }
}
