package dev.postern.it.pooling;

import static dev.postern.it.pooling.LeftBehind.ROLE;
import static dev.postern.it.pooling.LeftBehind.insert;
import static dev.postern.it.pooling.LeftBehind.insertion;
import static dev.postern.testkit.FrontendPackets.query;
import static org.awaitility.Awaitility.await;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.routing.Pooling;
import dev.postern.it.Sessions;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that go while they wait for the pool, while an interceptor decides, and with each
 * transport: what they have asked is done, as in {@link LeavingClientsIT}.
 */
final class LeavingMomentsIT {
  private static LeftBehind left;

  @BeforeAll
  static void start() {
    left = new LeftBehind();
  }

  @AfterAll
  static void stop() {
    left.close();
  }

  @AfterEach
  void leaveNothing() {
    left.awaitNothing();
  }

  @Test
  void waitForAConnectionOfThePoolWithWhatTheyLeft() {
    int id = left.ids(1);
    try (RunningPostern postern = Pools.before(left.server(), Pools.transactions(1), ROLE);
        WireClient holder = Way.through(postern, ROLE).wire()) {
      WireClient client = Way.through(postern, ROLE).wire();
      holder.query("BEGIN");
      client.send(insert(id));
      client.close();
      await().until(() -> postern.server().registry().sessions().size() == 2);
      holder.query("COMMIT");
      left.awaitThere(id);
      await().until(() -> postern.server().registry().sessions().size() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEDICATED", "TRANSACTION"})
  void areGoneWhenAnInterceptorDecidesAboutTheirLast(String pooling) {
    int id = left.ids(2);
    CompletableFuture<Verdict<FrontendMessage>> verdict = new CompletableFuture<>();
    MessageInterceptor thinker =
        (session, interests) -> {
          interests.interceptFrontend(
              Query.class,
              query ->
                  query.sql().equals(insertion(id)) ? Verdict.later(verdict) : Verdict.forward());
        };
    Pooling mode = pooling.equals("DEDICATED") ? Pooling.DEDICATED : Pools.transactions(1);
    try (RunningPostern postern =
        RunningPostern.builder()
            .backend(left.server(), mode)
            .interceptor("thinker", thinker)
            .start()) {
      postern.importUser(left.server(), ROLE);
      WireClient client = Way.through(postern, ROLE).wire();
      client.send(insert(id), insert(id + 1));
      client.shutdownOutput();
      verdict.completeOnTimeout(Verdict.forward(), 200, TimeUnit.MILLISECONDS);
      client.receiveUntil('Z');
      client.receiveUntil('Z');
      client.expectEnd();
      left.awaitThere(id, id + 1);
      await().until(() -> postern.server().registry().sessions().isEmpty());
      client.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"io_uring", "epoll", "nio"})
  void loseNothingWithAnyTransport(String transport) {
    for (Pooling mode : List.of(Pooling.DEDICATED, Pools.transactions(1))) {
      try (RunningPostern postern =
          RunningPostern.builder()
              .backend(left.server(), mode)
              .setting("network.transport", transport)
              .start()) {
        postern.importUser(left.server(), ROLE);
        int id = left.ids(2);
        try (WireClient client = Way.through(postern, ROLE).wire()) {
          client.send(insert(id), insert(id + 1));
          client.shutdownOutput();
          client.receiveUntil('Z');
          client.receiveUntil('Z');
          client.expectEnd();
        }
        left.awaitThere(id, id + 1);
        try (WireClient holder = left.locked()) {
          id = left.ids(1);
          WireClient client = Way.through(postern, ROLE).wire();
          client.send(insert(id));
          client.close();
          Sessions.awaitWaitEvent(left.server(), ROLE, "relation");
          holder.query("COMMIT");
        }
        left.awaitThere(id);
        await().until(() -> postern.server().registry().sessions().isEmpty());
      }
    }
  }
}
