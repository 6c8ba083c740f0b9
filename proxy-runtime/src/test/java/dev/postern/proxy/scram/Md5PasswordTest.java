package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.secret;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class Md5PasswordTest {
  @Test
  void answersTheServersSalt() {
    byte[] response =
        Md5Password.response("alice", secret("wonderland"), new byte[] {1, 2, 3, 4}).toByteArray();
    assertThat(response).asString().isEqualTo("md5370dfac54ebb2bdeedf68eab452ffd72");
  }
}
