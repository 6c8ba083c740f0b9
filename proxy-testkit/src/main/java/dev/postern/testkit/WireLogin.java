package dev.postern.testkit;

import com.ongres.scram.client.ScramClient;
import com.ongres.scram.common.exception.ScramException;
import com.ongres.scram.common.util.TlsServerEndpoint;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The client's part of an authentication, as a good client plays it. */
final class WireLogin {
  private final WireClient client;
  private final String user;
  private final String password;

  WireLogin(WireClient client, String user, String password) {
    this.client = client;
    this.user = user;
    this.password = password;
  }

  /** The server says no. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never sent anywhere
    final WireMessage error;

    Refused(WireMessage error) {
      super(error.toString());
      this.error = error;
    }
  }

  /**
   * Answers up to AuthenticationOk.
   *
   * @throws Refused if an ErrorResponse comes instead
   */
  void run() {
    while (true) {
      WireMessage request = request();
      switch (request.int32(0)) {
        case 0 -> {
          return;
        }
        case 3 -> client.send(FrontendPackets.password(password));
        case 5 -> client.send(FrontendPackets.password(md5(request)));
        case 10 ->
            scram(request.strings(4).stream().filter(mechanism -> !mechanism.isEmpty()).toList());
        default -> throw new AssertionError("authentication request " + request.int32(0));
      }
    }
  }

  private WireMessage request() {
    WireMessage message = client.receive();
    if (message.type() == 'E') {
      throw new Refused(message);
    }
    if (message.type() != 'R') {
      throw new AssertionError("message %s (expected: 'R')".formatted(message));
    }
    return message;
  }

  private void scram(List<String> mechanisms) {
    try {
      ScramClient scram = scramClient(mechanisms);
      client.send(
          FrontendPackets.saslInitialResponse(
              scram.getScramMechanism().getName(), scram.clientFirstMessage().toString()));
      scram.serverFirstMessage(saslData(11));
      client.send(FrontendPackets.saslResponse(scram.clientFinalMessage().toString()));
      scram.serverFinalMessage(saslData(12));
    } catch (ScramException | GeneralSecurityException e) {
      throw new AssertionError("SCRAM: " + e.getMessage(), e);
    }
  }

  private ScramClient scramClient(List<String> mechanisms) throws GeneralSecurityException {
    var builder =
        ScramClient.builder()
            .advertisedMechanisms(mechanisms)
            .username("*")
            .password(password.toCharArray());
    if (client.isTls()) {
      builder.channelBinding(
          TlsServerEndpoint.TLS_SERVER_END_POINT,
          TlsServerEndpoint.getChannelBindingData(client.peerCertificate()));
    }
    return builder.build();
  }

  private String saslData(int expected) {
    WireMessage message = request();
    if (message.int32(0) != expected) {
      throw new AssertionError(
          "authentication request %d (expected: %d)".formatted(message.int32(0), expected));
    }
    byte[] body = message.body().toByteArray();
    return new String(body, 4, body.length - 4, StandardCharsets.UTF_8);
  }

  private String md5(WireMessage request) {
    byte[] salt = new byte[4];
    request.body().asReadOnlyBuffer().get(4, salt);
    String inner = md5Hex((password + user).getBytes(StandardCharsets.UTF_8));
    byte[] outer = new byte[36];
    System.arraycopy(inner.getBytes(StandardCharsets.US_ASCII), 0, outer, 0, 32);
    System.arraycopy(salt, 0, outer, 32, 4);
    return "md5" + md5Hex(outer);
  }

  private static String md5Hex(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
