package dev.postern.proxy.backend;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SessionException;
import dev.postern.api.auth.ScramKeys;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationGSS;
import dev.postern.api.message.AuthenticationGSSContinue;
import dev.postern.api.message.AuthenticationKerberosV5;
import dev.postern.api.message.AuthenticationMD5Password;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationRequest;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.AuthenticationSSPI;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.NegotiateProtocolVersion;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import dev.postern.proxy.codec.ProtocolException;
import dev.postern.proxy.scram.DerivedKeys;
import dev.postern.proxy.scram.Md5Password;
import dev.postern.proxy.scram.SaltedPasswords;
import dev.postern.proxy.scram.ScramClient;
import dev.postern.proxy.scram.ScramException;
import dev.postern.proxy.scram.ServerFirst;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One login to a server, from the StartupMessage that was sent to AuthenticationOk (PostgreSQL
 * documentation, "Message Flow", "Start-up"). The server chooses the method; nothing is sent that
 * the route does not allow, and a server that began a SASL exchange must prove itself in it. Used
 * by one thread.
 */
final class BackendAuthentication {
  private final ServerConversation server;
  private final Credentials credentials;
  private final SaltedPasswords passwords;
  private final boolean encrypted;
  private final @Nullable Bytes endpoint;

  /** What the operator should know if the server refuses what was sent last. */
  private String advice = "";

  /**
   * @param credentials not closed here
   * @param encrypted whether the connection is TLS
   * @param endpoint the {@code tls-server-end-point} of the server's certificate, or {@code null}
   *     without TLS or where that certificate defines none
   */
  BackendAuthentication(
      ServerConversation server,
      Credentials credentials,
      SaltedPasswords passwords,
      boolean encrypted,
      @Nullable Bytes endpoint) {
    this.server = server;
    this.credentials = credentials;
    this.passwords = passwords;
    this.encrypted = encrypted;
    this.endpoint = endpoint;
  }

  /**
   * Logs in.
   *
   * @throws BackendRefusedException if the server refused
   * @throws SessionException if Postern has nothing that the server takes, or the server broke the
   *     protocol
   * @throws IOException if the server went, or the deadline passed
   */
  LoggedIn perform() throws SessionException, IOException, InterruptedException {
    BackendMessage first = receive(BackendMessage.class, "the server's authentication request");
    if (!(first instanceof NegotiateProtocolVersion negotiated)) {
      return new LoggedIn(answer(first), null);
    }
    BackendMessage second = receive(BackendMessage.class, "the server's authentication request");
    return new LoggedIn(answer(second), negotiated);
  }

  private LoggedIn.Method answer(BackendMessage message)
      throws SessionException, IOException, InterruptedException {
    if (!(message instanceof AuthenticationRequest request)) {
      throw unexpected(message, "an authentication request");
    }
    return switch (request) {
      case AuthenticationOk _ -> LoggedIn.Method.NOTHING_ASKED;
      case AuthenticationSASL(List<String> mechanisms) -> scram(mechanisms);
      case AuthenticationMD5Password(Bytes salt) -> md5(salt);
      case AuthenticationCleartextPassword _ -> cleartext();
      case AuthenticationGSS _ -> throw LoginFailures.unsupported("GSSAPI");
      case AuthenticationSSPI _ -> throw LoginFailures.unsupported("SSPI");
      case AuthenticationKerberosV5 _ -> throw LoginFailures.unsupported("Kerberos V5");
      case AuthenticationGSSContinue _, AuthenticationSASLContinue _, AuthenticationSASLFinal _ ->
          throw unexpected(message, "an authentication request");
    };
  }

  private LoggedIn.Method md5(Bytes salt)
      throws SessionException, IOException, InterruptedException {
    Secret password = password("an MD5 password");
    server.send(
        new PasswordMessage(
            Md5Password.response(credentials.role(), password, salt.toByteArray())));
    return passwordAccepted(LoggedIn.Method.MD5_PASSWORD);
  }

  private LoggedIn.Method cleartext() throws SessionException, IOException, InterruptedException {
    if (!encrypted && !credentials.cleartextWithoutTls()) {
      throw LoginFailures.cleartextWithoutTls();
    }
    byte[] password = password("the password in clear").toByteArray();
    server.send(new PasswordMessage(Secret.copyOf(password)));
    Arrays.fill(password, (byte) 0);
    return passwordAccepted(LoggedIn.Method.CLEARTEXT_PASSWORD);
  }

  private Secret password(String asked) throws SessionException {
    if (credentials.password() == null) {
      throw LoginFailures.noPassword(credentials.role(), asked);
    }
    return credentials.password();
  }

  private LoggedIn.Method passwordAccepted(LoggedIn.Method method)
      throws SessionException, IOException, InterruptedException {
    advice = LoginFailures.PASSWORD_REFUSED;
    receive(AuthenticationOk.class, "the server to accept the password");
    return method;
  }

  private LoggedIn.Method scram(List<String> mechanisms)
      throws SessionException, IOException, InterruptedException {
    try {
      ScramClient client = ScramClient.choose(mechanisms, encrypted, endpoint);
      server.send(new SASLInitialResponse(client.mechanism().saslName(), client.clientFirst()));
      ServerFirst first =
          client.serverFirst(
              receive(AuthenticationSASLContinue.class, "the server's first SCRAM message").data());
      ScramKeys clientKey = usableClientKey(first);
      try (DerivedKeys keys = clientKey == null ? hashed(first) : DerivedKeys.of(clientKey)) {
        server.send(new SASLResponse(client.clientFinal(keys)));
      }
      advice = clientKey == null ? LoginFailures.PASSWORD_REFUSED : LoginFailures.KEY_REFUSED;
      client.serverFinal(
          receive(AuthenticationSASLFinal.class, "the server's SCRAM signature").data());
      receive(AuthenticationOk.class, "the server to accept the login");
      return clientKey == null ? LoggedIn.Method.SCRAM_PASSWORD : LoggedIn.Method.CLIENT_KEY;
    } catch (ScramException e) {
      throw LoginFailures.scram(e);
    }
  }

  /** The client's own key, if the server's verifier can be the one it belongs to. */
  private @Nullable ScramKeys usableClientKey(ServerFirst first) {
    ScramKeys keys = credentials.clientKey();
    return keys != null && first.differenceFrom(keys.verifier()).isEmpty() ? keys : null;
  }

  private DerivedKeys hashed(ServerFirst first)
      throws SessionException, ScramException, InterruptedException {
    if (credentials.password() != null) {
      return passwords.keys(credentials.role(), credentials.password(), first);
    }
    ScramKeys keys = credentials.clientKey();
    throw keys == null
        ? LoginFailures.noKey(credentials.role())
        : LoginFailures.otherVerifier(
            credentials.role(), first.differenceFrom(keys.verifier()).orElseThrow());
  }

  private <T extends BackendMessage> T receive(Class<T> expected, String waitingFor)
      throws SessionException, IOException, InterruptedException {
    BackendMessage message = server.receive(waitingFor);
    if (message instanceof ErrorResponse error) {
      throw new BackendRefusedException(error, advice, server.backend());
    }
    if (!expected.isInstance(message)) {
      throw unexpected(message, expected.getSimpleName());
    }
    return expected.cast(message);
  }

  private static ProtocolException unexpected(BackendMessage message, String expected) {
    return ProtocolException.byServer(
        message.getClass().getSimpleName() + " during the login (expected: " + expected + ")");
  }
}
