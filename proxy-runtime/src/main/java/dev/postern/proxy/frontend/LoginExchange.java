package dev.postern.proxy.frontend;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.AuthenticationExchange;
import dev.postern.api.auth.SaslExchange;
import dev.postern.api.auth.ScramProof;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.message.AuthenticationCleartextPassword;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.PasswordMessage;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import dev.postern.proxy.channel.DeadlineExceededException;
import dev.postern.proxy.scram.MockVerifiers;
import dev.postern.proxy.scram.ScramServer;
import dev.postern.proxy.scram.ScramStep;
import dev.postern.proxy.tls.EndpointBinding;
import dev.postern.proxy.tls.ServerHandshake;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The conversation that an authenticator has with a client, on the wire. */
public final class LoginExchange implements AuthenticationExchange {
  private final FrontendConnection connection;
  private final ClientInfo client;
  private final StartupParameters startup;
  private final MockVerifiers mocks;
  private final ProofGate gate;
  private boolean asked;

  public LoginExchange(
      FrontendConnection connection,
      ClientInfo client,
      StartupParameters startup,
      MockVerifiers mocks,
      ProofGate gate) {
    this.connection = connection;
    this.client = client;
    this.startup = startup;
    this.mocks = mocks;
    this.gate = gate;
  }

  @Override
  public ClientInfo client() {
    return client;
  }

  @Override
  public StartupParameters startup() {
    return startup;
  }

  @Override
  public ScramProof scramSha256(List<ScramVerifier> verifiers) throws AuthenticationException {
    ScramServer scram = new ScramServer(startup.user(), verifiers, mocks, endpoint());
    return asking(
        () -> {
          var initial =
              (SASLInitialResponse) connection.ask(new AuthenticationSASL(scram.mechanisms()));
          ScramStep step = scram.start(initial.mechanism(), initial.data());
          while (step instanceof ScramStep.Continue(Bytes message)) {
            var response = (SASLResponse) connection.ask(new AuthenticationSASLContinue(message));
            gate.pass();
            step = scram.respond(response.data());
          }
          return switch (step) {
            case ScramStep.Success(Bytes serverFinal, ScramProof proof) -> {
              connection.send(new AuthenticationSASLFinal(serverFinal));
              yield proof;
            }
            case ScramStep.Failure failure -> throw failure.toException();
            case ScramStep.Continue _ -> throw new IllegalStateException();
          };
        });
  }

  private @Nullable Bytes endpoint() {
    ServerHandshake tls = connection.tls();
    return tls == null ? null : tls.context().binding().map(EndpointBinding::hash).orElse(null);
  }

  @Override
  public Secret cleartextPassword() throws AuthenticationException {
    if (connection.tls() == null) {
      throw AuthenticationException.denied(
          "this login needs an encrypted connection (use sslmode=require or stronger)",
          "the authenticator asks for the password itself, and the connection is not encrypted");
    }
    return asking(
        () -> {
          var message = (PasswordMessage) connection.ask(new AuthenticationCleartextPassword());
          Secret password = message.password();
          try {
            gate.pass();
          } catch (SessionException | InterruptedException e) {
            password.close();
            throw e;
          }
          if (password.isEmpty()) {
            throw AuthenticationException.invalidPassword(startup.user(), "empty password");
          }
          return password;
        });
  }

  @Override
  public SaslExchange sasl(List<String> mechanisms) throws AuthenticationException {
    if (mechanisms.isEmpty() || mechanisms.stream().anyMatch(name -> name.startsWith("SCRAM-"))) {
      throw new IllegalArgumentException(
          "mechanisms: " + mechanisms + " (expected: none of SCRAM)");
    }
    AuthenticationSASL offer = new AuthenticationSASL(mechanisms);
    SASLInitialResponse initial =
        asking(
            () -> {
              var response = (SASLInitialResponse) connection.ask(offer, SaslExchange.MAX_LENGTH);
              gate.pass();
              return response;
            });
    if (!mechanisms.contains(initial.mechanism())) {
      throw new AuthenticationException(
          SqlState.PROTOCOL_VIOLATION,
          FailureKind.CLIENT,
          "client selected an invalid SASL authentication mechanism",
          "the client chose a SASL mechanism that was not offered",
          null);
    }
    return new Sasl(initial);
  }

  private final class Sasl implements SaslExchange {
    private final SASLInitialResponse initial;

    Sasl(SASLInitialResponse initial) {
      this.initial = initial;
    }

    @Override
    public String mechanism() {
      return initial.mechanism();
    }

    @Override
    public @Nullable Secret initialResponse() {
      return initial.data() == null ? null : Secret.copyOf(initial.data().toByteArray());
    }

    @Override
    public Secret challenge(Bytes data) throws AuthenticationException {
      return inWords(
          () -> {
            var response =
                (SASLResponse) connection.ask(new AuthenticationSASLContinue(data), MAX_LENGTH);
            return Secret.copyOf(response.data().toByteArray());
          });
    }

    @Override
    public void succeed(Bytes data) {
      connection.send(new AuthenticationSASLFinal(data));
    }
  }

  @Override
  public AuthenticatedUser delegate(String authenticator) throws AuthenticationException {
    throw AuthenticationException.unavailable(
        "there is no authenticator \"" + authenticator + "\" to delegate to", null);
  }

  private interface Conversation<T> {
    T hold() throws IOException, InterruptedException, SessionException;
  }

  private <T> T asking(Conversation<T> conversation) throws AuthenticationException {
    if (asked) {
      throw new IllegalStateException("the client was asked already");
    }
    asked = true;
    return inWords(conversation);
  }

  /** What goes wrong on the wire, as plugins know it. */
  private static <T> T inWords(Conversation<T> conversation) throws AuthenticationException {
    try {
      return conversation.hold();
    } catch (AuthenticationException e) {
      throw e;
    } catch (SessionException e) {
      throw new AuthenticationException(
          e.sqlState(), e.kind(), e.clientMessage(), String.valueOf(e.getMessage()), e);
    } catch (DeadlineExceededException e) {
      throw new AuthenticationException(
          SqlState.QUERY_CANCELED,
          FailureKind.CLIENT,
          "canceling authentication due to timeout",
          String.valueOf(e.getMessage()),
          e);
    } catch (IOException e) {
      throw new AuthenticationException(
          SqlState.CONNECTION_FAILURE,
          FailureKind.CLIENT,
          "connection lost",
          String.valueOf(e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AuthenticationException(
          SqlState.ADMIN_SHUTDOWN,
          FailureKind.PROXY,
          "the login was interrupted",
          "interrupted",
          e);
    }
  }
}
