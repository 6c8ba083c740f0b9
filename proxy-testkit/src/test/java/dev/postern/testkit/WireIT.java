package dev.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class WireIT {
  private static final PostgresServer SERVER = PostgresServer.shared();

  @BeforeAll
  static void createRole() {
    SERVER.createRole("wire_user", "wire password");
  }

  @Test
  void logsInBySCRAMAndQueries() {
    try (WireClient client = WireClient.connect(SERVER.address())) {
      WireClient.Greeting greeting = client.login("wire_user", "wire password", "postgres");
      assertThat(greeting.parameters()).containsKey("server_version");
      assertThat(client.queryOne("SELECT current_user")).isEqualTo("wire_user");
    }
  }

  @Test
  void bindsTheChannelWhenTheServerOffersIt() {
    TestCertificate authority = TestCertificate.authority("kit CA", Signing.RSA_SHA512);
    try (PostgresServer server =
            PostgresServer.builder().tls(authority.server("localhost")).start();
        WireClient client = WireClient.connect(server.address())) {
      server.createRole("bound", "password");
      client.startTls(TestTls.client(authority));
      client.login("bound", "password", "postgres");
      assertThat(client.isTls()).isTrue();
    }
  }

  @Test
  void answersMd5() {
    try (PostgresServer server =
            PostgresServer.builder().passwordEncryption("md5").hba("host all all all md5").start();
        WireClient client = WireClient.connect(server.address())) {
      server.createRole("old", "password");
      client.login("old", "password", "postgres");
      assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void tellsAnErrorsFields() {
    try (WireClient client = WireClient.connect(SERVER.address())) {
      client.send(FrontendPackets.startup("user", "nobody-here", "database", "postgres"));
      assertThatThrownBy(() -> client.authenticate("nobody-here", "x"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("C=28P01");
    }
  }

  @Test
  void sendsByteByByte() {
    try (WireClient client = WireClient.connect(SERVER.address())) {
      client.sendBytewise(FrontendPackets.startup("user", "postgres", "database", "postgres"));
      client.authenticate("postgres", "");
      client.greeting();
      client.sendBytewise(FrontendPackets.query("SELECT 'bytes'"));
      assertThat(client.receiveUntil('Z').get(1).values()).containsExactly("bytes");
    }
  }

  @Test
  void playsTheServerOfAScript() {
    try (FakeBackend backend =
            FakeBackend.start(
                peer -> {
                  peer.acceptLogin();
                  peer.echoQueries();
                });
        WireClient client = WireClient.connect(backend.address())) {
      client.login("anyone", "", "anything");
      assertThat(client.queryOne("echo")).isEqualTo("echo");
    }
  }

  @Test
  void failsWhenAScriptExpectedSomethingElse() {
    FakeBackend backend = FakeBackend.start(WireServer::expectSslRequest);
    try (WireClient client = WireClient.connect(backend.address())) {
      client.send(FrontendPackets.startup("user", "x"));
      client.expectEnd();
    }
    assertThatThrownBy(backend::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expected: SSLRequest");
  }

  @Test
  void failsWhenAScriptFailsWhileTheBackendCloses() {
    FakeBackend backend =
        FakeBackend.start(
            connection -> {
              connection.greet();
              connection.readToEnd();
              throw new AssertionError("too late for the test");
            });
    try (WireClient client = WireClient.connect(backend.address())) {
      client.expect('R');
      assertThatThrownBy(backend::close)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("too late for the test");
    }
  }

  @Test
  void doesNotWaitForAScriptThatWaitsForTheTest() {
    CountDownLatch never = new CountDownLatch(1);
    FakeBackend backend =
        FakeBackend.start(
            connection -> {
              connection.greet();
              never.await();
            });
    try (WireClient client = WireClient.connect(backend.address())) {
      client.expect('R');
      backend.close();
      assertThat(backend.openConnections()).isZero();
    }
  }

  @Test
  void noticesThatNothingComes() {
    try (FakeBackend backend = FakeBackend.start(WireServer::readToEnd);
        WireClient client = WireClient.connect(backend.address())) {
      client.patience(Duration.ofMillis(50));
      assertThatThrownBy(client::receive).hasMessageContaining("nothing came");
    }
  }
}
