package dev.postern.testkit.spi;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.Secret;
import dev.postern.api.SqlState;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.api.auth.SaslExchange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client that sends what the test told it to send. */
final class FakeSasl implements SaslExchange {
  private final String mechanism;
  private final List<String> messages;
  private final List<String> challenges = new ArrayList<>();

  FakeSasl(String mechanism, List<String> messages) {
    this.mechanism = mechanism;
    this.messages = messages;
  }

  List<String> challenges() {
    return List.copyOf(challenges);
  }

  @Override
  public String mechanism() {
    return mechanism;
  }

  @Override
  public Secret initialResponse() {
    return secret(messages.getFirst());
  }

  @Override
  public Secret challenge(Bytes data) throws AuthenticationException {
    challenges.add(data.toUtf8());
    if (challenges.size() >= messages.size()) {
      throw new AuthenticationException(
          SqlState.CONNECTION_FAILURE,
          FailureKind.CLIENT,
          "connection lost",
          "the client has nothing more to say",
          null);
    }
    return secret(messages.get(challenges.size()));
  }

  @Override
  public void succeed(Bytes data) {
    challenges.add(data.toUtf8());
  }

  private static Secret secret(String text) {
    return Secret.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }
}
