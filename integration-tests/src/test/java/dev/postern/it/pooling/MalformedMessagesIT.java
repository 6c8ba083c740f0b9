package dev.postern.it.pooling;

import static dev.postern.testkit.FrontendPackets.message;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.WireMessage.types;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Messages that have a body where the protocol has none. Servers answer such a Flush by an error
 * that belongs to no request, so none gets there from where messages are told apart.
 */
final class MalformedMessagesIT {
  private static final String ROLE = "malformed_messages_role";
  private static PostgresServer server;

  @BeforeAll
  static void createRole() {
    server = PostgresServer.builder().start();
    server.createRole(ROLE, Pools.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void endTheSessionBeforeAnInterceptorThatLooksAtSomethingElse(Pooling.Mode mode) {
    try (RunningPostern postern =
        builder(mode)
            .interceptor(
                "test", (session, interests) -> interests.observeFrontend(Query.class, query -> {}))
            .start()) {
      areTheEnd(postern);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "DEDICATED", mode = EnumSource.Mode.EXCLUDE)
  void endTheSessionOfAPoolAndLeaveItsConnectionToOthers(Pooling.Mode mode) {
    try (RunningPostern postern = builder(mode).start()) {
      areTheEnd(postern);
    }
  }

  @Test
  void areForTheServerToRefuseWhereNobodyLooks() {
    try (RunningPostern postern = builder(Pooling.Mode.DEDICATED).start()) {
      postern.importUser(server, ROLE);
      try (WireClient client = Way.through(postern, ROLE).wire()) {
        client.send(message('H', (byte) 0), sync());
        assertThat(client.expectError().sqlState()).isEqualTo("08P01");
        client.expect('Z');
        assertThat(client.queryOne("SELECT 'served'")).isEqualTo("served");
      }
    }
  }

  private static PosternBuilder builder(Pooling.Mode mode) {
    return RunningPostern.builder()
        .backend(
            server,
            mode == Pooling.Mode.DEDICATED
                ? Pooling.DEDICATED
                : Pooling.TRANSACTION.with(pool -> pool.mode(mode).size(1)));
  }

  private static void areTheEnd(RunningPostern postern) {
    postern.importUser(server, ROLE);
    for (char type : new char[] {'c', 'H', 'S', 'X'}) {
      try (WireClient client = Way.through(postern, ROLE).wire()) {
        assertThat(client.queryOne("SELECT 1")).isEqualTo("1");
        client.send(message(type, (byte) 0), query("CREATE TABLE too_late (a int)"));
        assertThat(client.expectFatal("08P01").text())
            .startsWith("protocol violation: ")
            .endsWith(": length 5 (expected: 4)");
      }
      try (WireClient next = Way.through(postern, ROLE).wire()) {
        assertThat(types(next.query("TABLE too_late"))).isEqualTo("EZ");
      }
    }
  }
}
