package com.example.postern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.auth.AuthenticationException;
import dev.postern.testkit.conformance.AuthenticatorConformance;
import dev.postern.testkit.spi.FakeExchange;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class HttpLoginTest {
  private HttpServer service;

  @BeforeEach
  void startService() throws Exception {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        request -> {
          String question = new String(request.getRequestBody().readAllBytes(), UTF_8);
          byte[] tenant = "acme".getBytes(UTF_8);
          boolean right = question.equals("alice\0secret");
          request.sendResponseHeaders(right ? 200 : 401, right ? tenant.length : -1);
          if (right) {
            request.getResponseBody().write(tenant);
          }
          request.close();
        });
    service.start();
  }

  @AfterEach
  void stopService() {
    service.stop(0);
  }

  @Test
  void theRightPasswordLogsInAndNamesTheTenant() throws Exception {
    assertThat(logIn("secret").attributes()).containsEntry("tenant", "acme");
  }

  @Test
  void aWrongPasswordIsRefusedInPostgresqlsWords() {
    assertThatThrownBy(() -> logIn("guess"))
        .isInstanceOfSatisfying(
            AuthenticationException.class,
            e ->
                assertThat(e.clientMessage())
                    .isEqualTo("password authentication failed for user \"alice\""));
  }

  @Test
  void nobodyGetsInWhileTheServiceIsDown() {
    service.stop(0);

    assertThatThrownBy(() -> logIn("secret")).hasMessageContaining("cannot say");
  }

  @TestFactory
  Stream<DynamicNode> conforms() {
    return AuthenticatorConformance.of(
            new HttpLogin(), Map.of("url", url().toString(), "timeout", "5s"))
        .login("alice", "secret")
        .tests();
  }

  private URI url() {
    return URI.create("http://127.0.0.1:" + service.getAddress().getPort() + "/");
  }

  private AuthenticatedUser logIn(String password) throws AuthenticationException {
    var config = new HttpLogin.Config(url(), Duration.ofSeconds(5));
    var exchange =
        new FakeExchange(Samples.tlsClient(null), Samples.startup("alice", "app"))
            .sending(password);
    return new HttpLogin()
        .create(config, FakePluginContext.named("http-login"))
        .authenticate(exchange);
  }
}
