package dev.postern.proxy.scram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a client and a server of ours together, and what both need. */
final class Exchanges {
  static final String USER = "alice";
  static final int ITERATIONS = 4096;
  static final Bytes SALT = Bytes.utf8("sixteen bytes...");
  static final Bytes ENDPOINT = Bytes.utf8("hash of the server's certificate");

  private Exchanges() {}

  static Secret secret(String password) {
    return Secret.ofPassword(password.toCharArray());
  }

  static Bytes latin1(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static ScramVerifier verifier(String password) {
    return VerifierFactory.create(secret(password), ITERATIONS, SALT);
  }

  static MockVerifiers mocks() {
    return new MockVerifiers(secret("the server's own secret"), ITERATIONS, 16);
  }

  static ScramServer server(@Nullable Bytes endpoint, ScramVerifier... verifiers) {
    return new ScramServer(USER, List.of(verifiers), mocks(), endpoint);
  }

  static DerivedKeys keys(String password, ServerFirst first) {
    try {
      byte[] secret = password.getBytes(StandardCharsets.UTF_8);
      return DerivedKeys.from(Hi.saltedPassword(secret, first.salt(), first.iterations()));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What the server says at the end, when the client uses this password. */
  static ScramStep last(ScramServer server, ScramClient client, String password)
      throws ScramException {
    ScramStep step = server.start(client.mechanism().saslName(), client.clientFirst());
    assertThat(step).isInstanceOf(ScramStep.Continue.class);
    ServerFirst first = client.serverFirst(((ScramStep.Continue) step).message());
    return server.respond(client.clientFinal(keys(password, first)));
  }

  static String text(ScramStep step) {
    return switch (step) {
      case ScramStep.Continue(Bytes message) -> message.toUtf8();
      case ScramStep.Success success -> success.serverFinal().toUtf8();
      case ScramStep.Failure failure -> failure.clientMessage();
    };
  }
}
