package dev.postern.it.pooling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.it.Logins;
import dev.postern.testkit.BackendPackets;
import dev.postern.testkit.FakeBackend;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A login asks a pooled connection something, and leaves before the answer. */
final class LateAnswersIT {
  private static final String ROLE = "late_answers_role";
  private static final String DATABASE = "any";

  @Test
  @Timeout(60)
  void reachNobodyElseAndDoNotMakeTheServerSuspect() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    try (PostgresServer verifiers = PostgresServer.builder().start();
        FakeBackend server =
            FakeBackend.start(
                connection -> {
                  connection.startup();
                  connection.greet();
                  if (connection.number() == 1) {
                    connection.receive();
                    late.await();
                    connection.send(
                        BackendPackets.commandComplete("SET"), BackendPackets.readyForQuery('I'));
                  }
                  connection.echoQueries();
                })) {
      Spy router = new Spy(new Backend("127.0.0.1", server.port(), BackendTls.DISABLED));
      verifiers.createRole(ROLE, Pools.PASSWORD);
      try (RunningPostern postern =
          RunningPostern.builder().router(router).setting("timeouts.login", "2s").start()) {
        postern.importUser(verifiers, ROLE);
        try (WireClient leaving = WireClient.connect(postern.address())) {
          leaving.send(
              FrontendPackets.startup("user", ROLE, "database", DATABASE, "DateStyle", "German"));
          Logins.scram(leaving, Pools.PASSWORD);
          assertThat(Pools.errorsUntilTheEnd(leaving))
              .singleElement()
              .satisfies(error -> assertThat(error.sqlState()).isEqualTo("57014"));
        }
        try (WireClient next = WireClient.connect(postern.address())) {
          next.login(ROLE, Pools.PASSWORD, DATABASE);
          next.send(FrontendPackets.query("SELECT 'own'"));
          late.countDown();
          assertThat(Pools.value(next.receiveUntil('Z'))).isEqualTo("SELECT 'own'");
          assertThat(next.queryOne("SELECT 'again'")).isEqualTo("SELECT 'again'");
        }
        assertThat(router.failures).hasValue(0);
      }
    }
  }

  private static final class Spy implements Router {
    private final AtomicInteger failures = new AtomicInteger();
    private final Route route;

    Spy(Backend backend) {
      route =
          new Route("late", List.of(backend), null, BackendLogin.AS_CLIENT, Pools.transactions(2));
    }

    @Override
    public Route route(RoutingRequest request) {
      return route;
    }

    @Override
    public void backendFailed(Route failed, Backend backend, String reason) {
      failures.incrementAndGet();
    }
  }
}
