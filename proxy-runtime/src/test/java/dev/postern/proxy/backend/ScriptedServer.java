package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.ScramVerifier;
import dev.postern.api.message.AuthenticationOk;
import dev.postern.api.message.AuthenticationResponse;
import dev.postern.api.message.AuthenticationSASL;
import dev.postern.api.message.AuthenticationSASLContinue;
import dev.postern.api.message.AuthenticationSASLFinal;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.SASLInitialResponse;
import dev.postern.api.message.SASLResponse;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.scram.MockVerifiers;
import dev.postern.proxy.scram.ScramServer;
import dev.postern.proxy.scram.ScramStep;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that says its messages one after the other, whatever it is answered, or speaks SCRAM.
 */
final class ScriptedServer implements ServerConversation {
  static final Backend BACKEND = new Backend("scripted", 5432, BackendTls.DISABLED);

  private final Deque<BackendMessage> toSay = new ArrayDeque<>();
  private final List<AuthenticationResponse> heard = new ArrayList<>();
  private Function<AuthenticationResponse, List<BackendMessage>> answer = _ -> List.of();

  @Override
  public Backend backend() {
    return BACKEND;
  }

  static ScriptedServer saying(BackendMessage... messages) {
    ScriptedServer server = new ScriptedServer();
    server.toSay.addAll(List.of(messages));
    return server;
  }

  /** A well-behaved server with this verifier. */
  static ScriptedServer scram(ScramVerifier verifier, @Nullable Bytes endpoint) {
    try (Secret secret = Secret.ofPassword("mock".toCharArray())) {
      MockVerifiers mocks = new MockVerifiers(secret, 4096, 16);
      ScramServer scram = new ScramServer("role", List.of(verifier), mocks, endpoint);
      ScriptedServer server = saying(new AuthenticationSASL(scram.mechanisms()));
      server.answer =
          response ->
              switch (response) {
                case SASLInitialResponse(String mechanism, Bytes data) ->
                    said(scram.start(mechanism, data));
                case SASLResponse(Bytes data) -> said(scram.respond(data));
                default -> throw new AssertionError(response);
              };
      return server;
    }
  }

  private static List<BackendMessage> said(ScramStep step) {
    return switch (step) {
      case ScramStep.Continue(Bytes message) -> List.of(new AuthenticationSASLContinue(message));
      case ScramStep.Success success ->
          List.of(new AuthenticationSASLFinal(success.serverFinal()), new AuthenticationOk());
      case ScramStep.Failure failure ->
          List.of(ErrorResponse.fatal(failure.sqlState(), failure.clientMessage()));
    };
  }

  /** What it says is changed on the way. */
  ScriptedServer corrupted(Function<BackendMessage, List<BackendMessage>> change) {
    Function<AuthenticationResponse, List<BackendMessage>> genuine = answer;
    answer =
        response ->
            genuine.apply(response).stream().flatMap(m -> change.apply(m).stream()).toList();
    return this;
  }

  @Override
  public BackendMessage receive(String waitingFor) throws IOException {
    if (toSay.isEmpty()) {
      throw new IOException("timed out waiting for " + waitingFor);
    }
    return toSay.removeFirst();
  }

  @Override
  public void send(AuthenticationResponse message) {
    heard.add(message);
    toSay.addAll(answer.apply(message));
  }

  List<AuthenticationResponse> heard() {
    return heard;
  }

  void hasSaidAll() {
    assertThat(toSay).isEmpty();
  }

  static ErrorResponse wrongPassword() {
    return ErrorResponse.fatal(
        SqlState.INVALID_PASSWORD, "password authentication failed for user \"role\"");
  }
}
