package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.ScramVerifier;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether passwords become the same verifiers here as in PostgreSQL. */
final class PostgresVerifierIT {
  /**
   * Both ends of every kind of character that SASLprep or PostgreSQL's variant of it treats
   * specially.
   */
  private static final int[] CODE_POINTS = {
    0x07, 0x7F, 0x80, 0xA0, 0xAA, 0xAD, 0xC4, 0x0221, 0x0340, 0x0341, 0x034F, 0x0378, 0x05BE,
    0x05D0, 0x0627, 0x06DD, 0x070F, 0x1680, 0x1806, 0x180B, 0x180E, 0x1D2C, 0x1E9B, 0x2000, 0x200B,
    0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x202A, 0x202F, 0x205F, 0x2060, 0x2063, 0x206A, 0x2126,
    0x2168, 0x2FF0, 0x3000, 0x3164, 0x4DB6, 0xAC00, 0xD7FF, 0xE000, 0xF900, 0xFA2E, 0xFB01, 0xFB1D,
    0xFDD0, 0xFDFA, 0xFE00, 0xFEFF, 0xFF21, 0xFFA0, 0xFFF9, 0xFFFD, 0xFFFE, 0x10300, 0x1D173,
    0x1D400, 0x1F130, 0x1F600, 0x1FFFE, 0x20000, 0x2F800, 0x2FA1E, 0xE0001, 0xE0020, 0xF0000,
    0x10FFFD
  };

  @Test
  void makesTheVerifiersThatPostgresMakes() throws IOException, SQLException {
    try (EmbeddedPostgres server = EmbeddedPostgres.start();
        Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE ROLE r; SET scram_iterations = 1");
      for (String password : passwords()) {
        statement.execute("ALTER ROLE r PASSWORD " + statement.enquoteLiteral(password));
        assertThat(VerifierFactory.matches(secret(password), verifier(statement)))
            .as("U+%s", password.codePoints().mapToObj(Integer::toHexString).toList())
            .isTrue();
      }
    }
  }

  private static List<String> passwords() {
    List<String> passwords = new ArrayList<>();
    for (int codePoint : CODE_POINTS) {
      String character = Character.toString(codePoint);
      passwords.add(character);
      passwords.add("x" + character + "\u2168");
      passwords.add("\u05d0" + character + "\u05d0");
      passwords.add("\u00e4" + character);
    }
    return passwords;
  }

  private static ScramVerifier verifier(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("SELECT rolpassword FROM pg_authid WHERE rolname = 'r'")) {
      row.next();
      return ScramVerifier.parse(row.getString(1));
    }
  }
}
