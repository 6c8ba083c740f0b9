package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationKerberosV5;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.AuthenticationSSPI;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.ProtocolVersion;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.backend.LoggedIn.Method;
import dev.postern.proxy.scram.IterationBounds;
import dev.postern.proxy.scram.SaltedPasswords;
import dev.postern.proxy.scram.VerifierFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BackendAuthenticationTest {
  private static final Bytes SALT = Bytes.utf8("sixteen bytes...");
  private static final Bytes ENDPOINT = Bytes.utf8("hash of the server's certificate");

  private final SaltedPasswords passwords = new SaltedPasswords(IterationBounds.DEFAULT, 1, 10);

  @Test
  void isDoneWhereTheServerAsksForNothing() throws Exception {
    ScriptedServer server = ScriptedServer.saying(new AuthenticationOk());
    assertThat(login(server, nothing(), false).method()).isEqualTo(Method.NOTHING_ASKED);
    assertThat(server.heard()).isEmpty();
  }

  @Test
  void readsNothingAfterAuthenticationOk() throws Exception {
    ScriptedServer server =
        ScriptedServer.saying(new AuthenticationOk(), new ReadyForQuery(TransactionStatus.IDLE));
    login(server, nothing(), false);
    assertThat(server.receive("the rest")).isInstanceOf(ReadyForQuery.class);
  }

  @Test
  void remembersWhatTheServerDoesNotKnow() throws Exception {
    NegotiateProtocolVersion negotiate =
        new NegotiateProtocolVersion(ProtocolVersion.V3_0, List.of("_pq_.x"));
    ScriptedServer server = ScriptedServer.saying(negotiate, new AuthenticationOk());
    assertThat(login(server, nothing(), false))
        .isEqualTo(new LoggedIn(Method.NOTHING_ASKED, negotiate));
  }

  @Test
  void logsInByPassword() throws Exception {
    ScriptedServer server = ScriptedServer.scram(verifier("secret"), null);
    assertThat(login(server, password("secret"), false).method()).isEqualTo(Method.SCRAM_PASSWORD);
    server.hasSaidAll();
  }

  @Test
  void bindsTheLoginToTheServersCertificate() throws Exception {
    ScriptedServer server = ScriptedServer.scram(verifier("secret"), ENDPOINT);
    login(server, password("secret"), true);
    assertThat(((SASLInitialResponse) server.heard().getFirst()).mechanism())
        .isEqualTo("SCRAM-SHA-256-PLUS");
  }

  @Test
  void prefersTheClientsKeyToAPassword() throws Exception {
    ScriptedServer server = ScriptedServer.scram(verifier("secret"), null);
    Credentials both =
        new Credentials("role", keys("secret", verifier("secret")), secret("other"), false);
    assertThat(login(server, both, false).method()).isEqualTo(Method.CLIENT_KEY);
  }

  @Test
  void usesTheClientsKeyWhateverTheIterationCount() throws Exception {
    ScramVerifier fewer = VerifierFactory.create(secret("secret"), 1, SALT);
    ScriptedServer server = ScriptedServer.scram(fewer, null);
    assertThat(login(server, key(keys("secret", fewer)), false).method())
        .isEqualTo(Method.CLIENT_KEY);
  }

  @Test
  void usesThePasswordWhereTheServersVerifierIsAnother() throws Exception {
    ScramVerifier onServer = VerifierFactory.create(secret("secret"), 4096);
    ScriptedServer server = ScriptedServer.scram(onServer, null);
    Credentials both =
        new Credentials("role", keys("secret", verifier("secret")), secret("secret"), false);
    assertThat(login(server, both, false).method()).isEqualTo(Method.SCRAM_PASSWORD);
  }

  @Test
  void saysThatTheSaltDiffers() {
    ScramVerifier onServer = VerifierFactory.create(secret("secret"), 4096);
    SessionException refused =
        refused(ScriptedServer.scram(onServer, null), key(keys("secret", verifier("secret"))));
    assertThat(refused)
        .hasMessageContaining(
            "differs from the user's in Postern in salt, or the role does not exist")
        .hasMessageContaining("postern user import");
    assertThat(refused.sqlState()).isEqualTo(SqlState.INVALID_AUTHORIZATION);
    assertThat(refused.clientMessage()).isEqualTo("the gateway could not log in to the server");
  }

  @Test
  void saysThatTheIterationCountDiffers() {
    ScramVerifier onServer = VerifierFactory.create(secret("secret"), 10_000, SALT);
    assertThat(
            refused(ScriptedServer.scram(onServer, null), key(keys("secret", verifier("secret")))))
        .hasMessageContaining("iteration count (4096 in Postern, 10000 on the server)");
  }

  @Test
  void saysThatTheSecretDiffersInTheServersOwnWordsToTheClient() {
    ScriptedServer server = ScriptedServer.scram(verifier("another"), null);
    SessionException refused = refused(server, key(keys("secret", verifier("secret"))));
    assertThat(refused).hasMessageContaining("the secret differs");
    assertThat(refused.sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(((BackendRefusedException) refused).error())
        .isEqualTo(ScriptedServer.wrongPassword());
  }

  @Test
  void saysThatThereIsNothingToLogInWith() {
    assertThat(refused(ScriptedServer.scram(verifier("secret"), null), nothing()))
        .hasMessageContaining("neither a key of the client's")
        .hasMessageContaining("give the route a password");
  }

  @Test
  void answersMd5() throws Exception {
    ScriptedServer server =
        ScriptedServer.saying(
            new AuthenticationMD5Password(Bytes.copyOf(new byte[] {1, 2, 3, 4})),
            new AuthenticationOk());
    Credentials alice = new Credentials("alice", null, secret("wonderland"), false);
    assertThat(login(server, alice, false).method()).isEqualTo(Method.MD5_PASSWORD);
    assertThat(server.heard())
        .containsExactly(new PasswordMessage(secret("md5370dfac54ebb2bdeedf68eab452ffd72")));
  }

  @Test
  void saysThatAKeyIsNoAnswerToMd5() {
    ScriptedServer server =
        ScriptedServer.saying(new AuthenticationMD5Password(Bytes.copyOf(new byte[4])));
    assertThat(refused(server, key(keys("secret", verifier("secret")))))
        .hasMessageContaining("asks role \"role\" for an MD5 password");
    assertThat(server.heard()).isEmpty();
  }

  @Test
  void sendsThePasswordInClearOverTls() throws Exception {
    ScriptedServer server =
        ScriptedServer.saying(new AuthenticationCleartextPassword(), new AuthenticationOk());
    assertThat(login(server, password("secret"), true).method())
        .isEqualTo(Method.CLEARTEXT_PASSWORD);
    assertThat(server.heard()).containsExactly(new PasswordMessage(secret("secret")));
  }

  @Test
  void sendsNoPasswordInClearWithoutTls() {
    ScriptedServer server =
        ScriptedServer.saying(new AuthenticationCleartextPassword(), new AuthenticationOk());
    assertThat(refused(server, password("secret"))).hasMessageContaining("nothing was sent");
    assertThat(server.heard()).isEmpty();
  }

  @Test
  void sendsThePasswordInClearWithoutTlsWhereTheRouteLetsIt() throws Exception {
    ScriptedServer server =
        ScriptedServer.saying(new AuthenticationCleartextPassword(), new AuthenticationOk());
    Credentials unsafe = new Credentials("role", null, secret("secret"), true);
    assertThat(login(server, unsafe, false).method()).isEqualTo(Method.CLEARTEXT_PASSWORD);
  }

  static Stream<BackendMessage> unsupported() {
    return Stream.of(
        new AuthenticationGSS(), new AuthenticationSSPI(), new AuthenticationKerberosV5());
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void refusesWhatItDoesNotSpeak(BackendMessage request) {
    assertThat(refused(ScriptedServer.saying(request), password("secret")))
        .hasMessageContaining("which Postern does not speak");
  }

  @Test
  void refusesASaslMechanismThatItDoesNotSpeak() {
    assertThat(
            refused(
                ScriptedServer.saying(new AuthenticationSASL(List.of("OAUTHBEARER"))),
                password("secret")))
        .hasMessageContaining("none of the SASL mechanisms");
  }

  @Test
  void refusesAnOfferOfChannelBindingWithoutTls() {
    ScriptedServer server = ScriptedServer.scram(verifier("secret"), ENDPOINT);
    assertThat(refused(server, password("secret"))).hasMessageContaining("without TLS");
    assertThat(server.heard()).isEmpty();
  }

  @Test
  void carriesTheServersRefusalAsItIs() {
    ErrorResponse starting =
        ErrorResponse.fatal(SqlState.CANNOT_CONNECT_NOW, "the database system is starting up");
    SessionException refused = refused(ScriptedServer.saying(starting), password("secret"));
    assertThat(((BackendRefusedException) refused).error()).isEqualTo(starting);
    assertThat(((BackendRefusedException) refused).backend()).isEqualTo(ScriptedServer.BACKEND);
    assertThat(refused.sqlState()).isEqualTo(SqlState.CANNOT_CONNECT_NOW);
  }

  static Stream<List<BackendMessage>> wrongOrders() {
    NegotiateProtocolVersion negotiate =
        new NegotiateProtocolVersion(ProtocolVersion.V3_0, List.of());
    AuthenticationSASLFinal unasked = new AuthenticationSASLFinal(Bytes.utf8("v=AAAA"));
    return Stream.of(
        List.of(new ReadyForQuery(TransactionStatus.IDLE)),
        List.of(new ParameterStatus("server_version", "18"), new AuthenticationOk()),
        List.of(negotiate, negotiate, new AuthenticationOk()),
        List.of(unasked, new AuthenticationOk()),
        List.of(new AuthenticationSASLContinue(Bytes.EMPTY)),
        List.of(new AuthenticationMD5Password(SALT_OF_4), new AuthenticationCleartextPassword()),
        List.of(new AuthenticationSASL(List.of("SCRAM-SHA-256")), new AuthenticationOk()),
        List.of(new AuthenticationSASL(List.of("SCRAM-SHA-256")), unasked, new AuthenticationOk()),
        List.of(
            new AuthenticationSASL(List.of("SCRAM-SHA-256")),
            new AuthenticationCleartextPassword()));
  }

  private static final Bytes SALT_OF_4 = Bytes.copyOf(new byte[4]);

  @ParameterizedTest
  @MethodSource("wrongOrders")
  void refusesMessagesInTheWrongOrder(List<BackendMessage> messages) {
    ScriptedServer server = ScriptedServer.saying(messages.toArray(BackendMessage[]::new));
    SessionException refused = refused(server, password("secret"));
    assertThat(refused.sqlState()).isEqualTo(SqlState.PROTOCOL_VIOLATION);
    assertThat(refused.clientMessage()).isEqualTo("the server broke the protocol");
  }

  @Test
  void refusesAServerThatLeavesItsSignatureOut() {
    ScriptedServer server =
        ScriptedServer.scram(verifier("secret"), null)
            .corrupted(m -> m instanceof AuthenticationSASLFinal ? List.of() : List.of(m));
    assertThat(refused(server, password("secret")))
        .hasMessageContaining(
            "AuthenticationOk during the login (expected: AuthenticationSASLFinal");
  }

  @Test
  void refusesAServerWhoseSignatureIsWrong() {
    AuthenticationSASLFinal wrong =
        new AuthenticationSASLFinal(Bytes.utf8("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    ScriptedServer server =
        ScriptedServer.scram(verifier("secret"), null)
            .corrupted(m -> List.of(m instanceof AuthenticationSASLFinal ? wrong : m));
    assertThat(refused(server, password("secret")))
        .hasMessageContaining("the server's SCRAM signature is wrong");
  }

  @Test
  void refusesAServerThatSignsTwice() {
    ScriptedServer server =
        ScriptedServer.scram(verifier("secret"), null)
            .corrupted(m -> m instanceof AuthenticationSASLFinal ? List.of(m, m) : List.of(m));
    assertThat(refused(server, password("secret")))
        .hasMessageContaining("AuthenticationSASLFinal during the login");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"i=0", "i=-1", "i=1", "i=4095", "i=200001", "i=10000000", "i=2147483648", "i="})
  void sendsNoProofForAnIterationCountOutOfBounds(String iterations) {
    ScriptedServer server =
        ScriptedServer.scram(verifier("secret"), null)
            .corrupted(
                m ->
                    m instanceof AuthenticationSASLContinue(Bytes data)
                        ? List.of(
                            new AuthenticationSASLContinue(
                                Bytes.utf8(data.toUtf8().replace("i=4096", iterations))))
                        : List.of(m));
    assertThat(refused(server, password("secret"))).hasMessageContaining("iteration");
    assertThat(server.heard()).noneMatch(SASLResponse.class::isInstance);
  }

  @Test
  void endsWhenTheServerFallsSilent() {
    ScriptedServer server = ScriptedServer.saying(new AuthenticationSASL(List.of("SCRAM-SHA-256")));
    assertThat(
            catchThrowableOfType(IOException.class, () -> login(server, password("secret"), false)))
        .hasMessageContaining("waiting for the server's first SCRAM message");
  }

  private LoggedIn login(ScriptedServer server, Credentials credentials, boolean encrypted)
      throws Exception {
    Bytes endpoint = encrypted ? ENDPOINT : null;
    return new BackendAuthentication(server, credentials, passwords, encrypted, endpoint).perform();
  }

  private SessionException refused(ScriptedServer server, Credentials credentials) {
    SessionException refused =
        catchThrowableOfType(SessionException.class, () -> login(server, credentials, false));
    assertThat(refused).isNotNull();
    assertThat(refused.getMessage() + refused.clientMessage()).doesNotContain("\"secret\"");
    return refused;
  }

  private static Secret secret(String text) {
    return Secret.ofPassword(text.toCharArray());
  }

  private static ScramVerifier verifier(String password) {
    return VerifierFactory.create(secret(password), 4096, SALT);
  }

  private static Credentials nothing() {
    return new Credentials("role", null, null, false);
  }

  private static Credentials password(String password) {
    return new Credentials("role", null, secret(password), false);
  }

  private static Credentials key(@Nullable ScramKeys keys) {
    return new Credentials("role", keys, null, false);
  }

  /** ClientKey by the platform's own PBKDF2. */
  private static ScramKeys keys(String password, ScramVerifier verifier) {
    try {
      PBEKeySpec spec =
          new PBEKeySpec(
              password.toCharArray(), verifier.salt().toByteArray(), verifier.iterations(), 256);
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(salted, "HmacSHA256"));
      byte[] clientKey = mac.doFinal("Client Key".getBytes(StandardCharsets.US_ASCII));
      byte[] storedKey = MessageDigest.getInstance("SHA-256").digest(clientKey);
      assertThat(storedKey).isEqualTo(verifier.storedKey());
      return new ScramKeys(verifier, Secret.copyOf(clientKey));
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
