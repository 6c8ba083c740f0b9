package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.proxy.backend.LoggedIn.Method;
import dev.postern.proxy.scram.IterationBounds;
import dev.postern.proxy.scram.MockVerifiers;
import dev.postern.proxy.scram.SaltedPasswords;
import dev.postern.proxy.scram.ScramClient;
import dev.postern.proxy.scram.ScramServer;
import dev.postern.proxy.scram.ScramStep;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every method that PostgreSQL asks for, asked for by PostgreSQL. */
final class RealServerLoginIT {
  private static final String PASSWORD = "p\u00e4ss\u00adw\u2168rd";

  @TempDir static Path directory;
  private static EmbeddedPostgres server;

  private final SaltedPasswords passwords = new SaltedPasswords(IterationBounds.DEFAULT, 1, 10);

  @BeforeAll
  static void start() throws Exception {
    writeCertificate();
    server =
        EmbeddedPostgres.builder()
            .setServerConfig("ssl", "on")
            .setServerConfig("ssl_cert_file", directory.resolve("server.crt").toString())
            .setServerConfig("ssl_key_file", directory.resolve("server.key").toString())
            .start();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      for (String role : List.of("scram", "clear", "trusted")) {
        statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "'");
      }
      statement.execute("SET password_encryption = md5");
      statement.execute("CREATE ROLE md5 LOGIN PASSWORD '" + PASSWORD + "'");
      try (ResultSet row = statement.executeQuery("SHOW hba_file")) {
        row.next();
        Files.writeString(
            Path.of(row.getString(1)),
            """
            host all postgres all trust
            host all scram all scram-sha-256
            host all md5 all md5
            host all clear all password
            host all trusted all trust
            """);
      }
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    server.close();
  }

  @Test
  void logsInByScram() throws Exception {
    assertThat(login("scram", password(PASSWORD), false).method()).isEqualTo(Method.SCRAM_PASSWORD);
  }

  @Test
  void logsInByScramBoundToTheCertificate() throws Exception {
    assertThat(login("scram", password(PASSWORD), true).method()).isEqualTo(Method.SCRAM_PASSWORD);
  }

  @Test
  void logsInWithTheKeyOfAProofOfTheServersOwnVerifier() throws Exception {
    try (ScramKeys keys = provedAtPostern(verifierOnTheServer())) {
      Credentials key = new Credentials("scram", keys, null, false);
      assertThat(login("scram", key, true).method()).isEqualTo(Method.CLIENT_KEY);
      assertThat(login("scram", key, false).method()).isEqualTo(Method.CLIENT_KEY);
    }
  }

  @Test
  void logsInByMd5() throws Exception {
    assertThat(login("md5", password(PASSWORD), false).method()).isEqualTo(Method.MD5_PASSWORD);
  }

  @Test
  void logsInByThePasswordInClear() throws Exception {
    assertThat(login("clear", password(PASSWORD), true).method())
        .isEqualTo(Method.CLEARTEXT_PASSWORD);
  }

  @Test
  void logsInWhereNothingIsAsked() throws Exception {
    assertThat(login("trusted", password(PASSWORD), false).method())
        .isEqualTo(Method.NOTHING_ASKED);
  }

  @Test
  void carriesTheServersWordsForAWrongPassword() {
    SessionException refused =
        catchThrowableOfType(
            SessionException.class, () -> login("scram", password("wrong"), false));
    assertThat(refused.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(refused.clientMessage())
        .isEqualTo("password authentication failed for user \"scram\"");
  }

  @Test
  void carriesTheServersWordsForARoleThatItDoesNotLetIn() {
    SessionException refused =
        catchThrowableOfType(
            SessionException.class, () -> login("nobody", password("wrong"), false));
    assertThat(refused.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refused.clientMessage()).startsWith("no pg_hba.conf entry");
  }

  private LoggedIn login(String role, Credentials credentials, boolean encrypted) throws Exception {
    try (SocketConversation conversation = new SocketConversation(server.getPort())) {
      if (encrypted) {
        conversation.startTls();
      }
      conversation.startup(role);
      Credentials forRole =
          new Credentials(role, credentials.clientKey(), credentials.password(), false);
      return new BackendAuthentication(
              conversation,
              forRole,
              passwords,
              encrypted,
              encrypted ? conversation.endpoint() : null)
          .perform();
    }
  }

  private static Credentials password(String password) {
    return new Credentials("", null, Secret.ofPassword(password.toCharArray()), false);
  }

  private static ScramVerifier verifierOnTheServer() throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT rolpassword FROM pg_authid WHERE rolname = 'scram'")) {
      row.next();
      return ScramVerifier.parse(row.getString(1));
    }
  }

  /** What Postern knows after a client proved the verifier that was imported from the server. */
  private ScramKeys provedAtPostern(ScramVerifier verifier) throws Exception {
    try (Secret secret = Secret.ofPassword("mock".toCharArray())) {
      MockVerifiers mocks = new MockVerifiers(secret, 4096, 16);
      ScramServer postern = new ScramServer("scram", List.of(verifier), mocks, null);
      ScramClient client = ScramClient.choose(postern.mechanisms(), false, null);
      ScramStep.Continue first =
          (ScramStep.Continue) postern.start(client.mechanism().saslName(), client.clientFirst());
      Secret password = Secret.ofPassword(PASSWORD.toCharArray());
      Bytes last =
          client.clientFinal(
              passwords.keys("scram", password, client.serverFirst(first.message())));
      return ((ScramStep.Success) postern.respond(last)).proof().keys();
    }
  }

  private static void writeCertificate() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    KeyPair pair = generator.generateKeyPair();
    X500Principal name = new X500Principal("CN=localhost");
    Instant now = Instant.now();
    X509Certificate certificate =
        new JcaX509CertificateConverter()
            .getCertificate(
                new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now.minus(Duration.ofDays(1))),
                        Date.from(now.plus(Duration.ofDays(1))),
                        name,
                        pair.getPublic())
                    .build(
                        new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    writePem("server.crt", "CERTIFICATE", certificate.getEncoded());
    writePem("server.key", "PRIVATE KEY", pair.getPrivate().getEncoded());
  }

  private static void writePem(String file, String label, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Path path = directory.resolve(file);
    Files.writeString(
        path, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
  }
}
