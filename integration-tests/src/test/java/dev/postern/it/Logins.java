package dev.postern.it;

import com.ongres.scram.client.ScramClient;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Logins that a test wants to look at closely. */
public final class Logins {
  private Logins() {}

  /**
   * Proves the usual password by SCRAM, after a StartupMessage has been sent.
   *
   * @return the error that comes in the place of AuthenticationOk, or after it
   */
  static WireMessage refusal(WireClient client, String user) {
    return refusal(client, user, Gateways.PASSWORD);
  }

  /** The same with another password. */
  public static WireMessage refusal(WireClient client, String user, String password) {
    scram(client, password);
    while (true) {
      WireMessage message = client.receive();
      switch (message.type()) {
        case 'E' -> {
          return message;
        }
        case 'R', 'S' -> {}
        default -> throw new AssertionError(user + " was let in: " + message);
      }
    }
  }

  /** What the server said first in a SCRAM exchange that was then gone through. */
  public static String scram(WireClient client, String password) {
    Proof proof = proof(client, password);
    client.send(FrontendPackets.saslResponse(proof.clientFinal()));
    return proof.serverFirst();
  }

  /**
   * A SCRAM exchange of which only the client's last message is left.
   *
   * @param serverFirst what the server said first
   * @param clientFinal what is left to be sent
   */
  record Proof(String serverFirst, String clientFinal) {}

  /** Goes through an exchange up to its last message. */
  static Proof proof(WireClient client, String password) {
    try {
      List<String> mechanisms =
          client.expect('R').strings(4).stream()
              .filter(mechanism -> mechanism.equals("SCRAM-SHA-256"))
              .toList();
      ScramClient scram =
          ScramClient.builder()
              .advertisedMechanisms(mechanisms)
              .username("*")
              .password(password.toCharArray())
              .build();
      client.send(
          FrontendPackets.saslInitialResponse(
              "SCRAM-SHA-256", scram.clientFirstMessage().toString()));
      String serverFirst = saslData(client.expect('R'));
      scram.serverFirstMessage(serverFirst);
      return new Proof(serverFirst, scram.clientFinalMessage().toString());
    } catch (com.ongres.scram.common.exception.ScramException e) {
      throw new AssertionError(e);
    }
  }

  /** The text of AuthenticationSASLContinue or AuthenticationSASLFinal. */
  static String saslData(WireMessage message) {
    byte[] body = message.body().toByteArray();
    return new String(body, 4, body.length - 4, StandardCharsets.UTF_8);
  }
}
