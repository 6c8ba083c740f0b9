package com.example.postern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Secret;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.testkit.conformance.RouterConformance;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ByTenantTest {
  private final Router router =
      new ByTenant()
          .create(
              new ByTenant.Config(
                  Map.of("acme", new ByTenant.Server("db1", null, BackendTls.Mode.REQUIRE)),
                  "app",
                  Secret.ofPassword("secret".toCharArray())),
              FakePluginContext.named("by-tenant"));

  @Test
  void theTenantsServerIsTaken() throws Exception {
    assertThat(router.route(of("acme")).backends()).hasToString("[db1:5432]");
  }

  @Test
  void itsConnectionsAreSharedByTransactions() throws Exception {
    Pooling pooling = router.route(of("acme")).pooling();

    assertThat(pooling.mode()).isEqualTo(Pooling.Mode.TRANSACTION);
    assertThat(pooling.size()).isEqualTo(20);
  }

  @Test
  void anUnknownTenantIsTurnedAway() {
    assertThatThrownBy(() -> router.route(of("other"))).hasMessageContaining("other");
  }

  @TestFactory
  Stream<DynamicNode> conforms() throws Exception {
    Path secret = Files.createTempFile("app", ".password"); // for its owner only
    Map<String, Object> config =
        Map.of(
            "tenants",
            Map.of("acme", Map.of("host", "127.0.0.1", "port", 1, "tls", "disable")),
            "user",
            "app",
            "password",
            Map.of("file", Files.writeString(secret, "secret of app").toString()));
    return RouterConformance.of(new ByTenant(), config)
        .attribute("tenant", "acme")
        .serving("alice", "app")
        .tests();
  }

  private static RoutingRequest of(String tenant) {
    var user = AuthenticatedUser.named("alice").withAttributes(Map.of("tenant", tenant));
    return new RoutingRequest(Samples.client(), Samples.startup("alice", "app"), user);
  }
}
