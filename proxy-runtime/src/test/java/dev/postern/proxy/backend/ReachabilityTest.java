package dev.postern.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.channel.DeadlineExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

final class ReachabilityTest {
  private static final int MANY = 20;

  private final Reachability server = new Reachability("db.example.com:5432");
  private final IOException refused = new IOException("Connection refused");
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void doesNotHoldUpWhoGoesToAServerThatIsWell() throws Exception {
    for (int i = 0; i < 3; i++) {
      server.begin("alice", Deadline.in(Duration.ZERO)).reached();
    }
    assertThat(server.isDown()).isFalse();
  }

  @Test
  void tellsAllWhoWaitWhatTheOneAttemptHeard() throws Exception {
    fail("alice", refused);
    Reachability.Attempt probe = begin("alice");
    List<Future<Reachability.Attempt>> others = wait("bob");
    probe.failed(refused);
    for (Future<Reachability.Attempt> other : others) {
      assertThatThrownBy(other::get).isInstanceOf(ExecutionException.class).hasCause(refused);
    }
  }

  @Test
  void letsAllGoOnWhenTheOneAttemptSucceeds() throws Exception {
    fail("alice", refused);
    Reachability.Attempt probe = begin("alice");
    List<Future<Reachability.Attempt>> others = wait("bob");
    probe.reached();
    for (Future<Reachability.Attempt> other : others) {
      other.get().reached();
    }
    assertThat(server.isDown()).isFalse();
  }

  @Test
  void makesNoMoreThanOneAttemptInEachPause() throws Exception {
    fail("alice", refused);
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(MANY);
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    for (int i = 0; i < MANY; i++) {
      threads.execute(
          () -> {
            while (System.nanoTime() - end < 0) {
              try (Reachability.Attempt attempt = begin("alice")) {
                attempts.incrementAndGet();
                attempt.failed(refused);
              } catch (Exception e) {
                assertThat(e).isSameAs(refused);
              }
            }
            over.countDown();
          });
    }
    over.await();
    // After 50 and 100 ms every 150 to 200 ms.
    assertThat(attempts.get()).isBetween(2, 16);
  }

  @Test
  void somebodyElseLooksWhenTheOneWhoWasToHasGone() throws Exception {
    fail("alice", refused);
    Reachability.Attempt probe = begin("alice");
    List<Future<Reachability.Attempt>> others = wait("bob");
    probe.close();
    await().until(() -> others.stream().filter(Future::isDone).count() == 1);
    for (Future<Reachability.Attempt> other : others) {
      if (other.isDone()) {
        other.get().reached();
      }
    }
    for (Future<Reachability.Attempt> other : others) {
      other.get().reached();
    }
  }

  @Test
  void waitsNoLongerThanItMay() throws Exception {
    fail("alice", refused);
    Reachability.Attempt probe = begin("alice");
    assertThatThrownBy(() -> server.begin("bob", Deadline.in(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    probe.reached();
  }

  @Test
  void makesAnotherAttemptBesideOneThatHearsNothing() throws Exception {
    fail("alice", refused);
    Reachability.Attempt silent = begin("alice");
    begin("bob").reached();
    assertThat(server.isDown()).isFalse();
    silent.failed(refused);
  }

  @Test
  void whatIsSaidToOneRoleOfAFullServerIsNotSaidToOthers() throws Exception {
    BackendRefusedException reserved = full("InitPostgres");
    fail("alice", reserved);
    Reachability.Attempt probe = begin("alice");
    Future<Reachability.Attempt> alice = wait("alice").getFirst();
    Future<Reachability.Attempt> admin = threads.submit(() -> begin("admin"));
    probe.failed(reserved);
    assertThatThrownBy(alice::get).hasCause(reserved);
    admin.get().reached();
  }

  @Test
  void letsOneAfterTheOtherIntoAServerThatWasFull() throws Exception {
    fail("alice", full("InitProcess"));
    Reachability.Attempt first = begin("alice");
    List<Future<Reachability.Attempt>> others = wait("bob");
    first.reached();
    List<Future<Reachability.Attempt>> next = others;
    while (next.size() > 1) {
      List<Future<Reachability.Attempt>> waiting = next;
      await().until(() -> waiting.stream().anyMatch(Future::isDone));
      List<Future<Reachability.Attempt>> let = waiting.stream().filter(Future::isDone).toList();
      assertThat(let).hasSize(1);
      next = waiting.stream().filter(other -> !other.isDone()).toList();
      let.getFirst().get().reached();
    }
    next.getFirst().get().reached();
    assertThat(server.isDown()).isFalse();
  }

  @Test
  void saysOnceThatAServerIsDownAndOnceThatItIsUpAgain() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger log = (Logger) LoggerFactory.getLogger(Reachability.class);
    lines.start();
    log.addAppender(lines);
    try {
      fail("alice", refused);
      fail("alice", refused);
      begin("alice").reached();
      begin("alice").reached();
    } finally {
      log.detachAppender(lines);
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "the server takes no connections: Connection refused",
            "the server takes connections again");
    assertThat(lines.list)
        .allSatisfy(
            line ->
                assertThat(line.getKeyValuePairs())
                    .contains(new KeyValuePair("backend", "db.example.com:5432")));
  }

  private Reachability.Attempt begin(String role) throws Exception {
    return server.begin(role, Deadline.in(Duration.ofSeconds(30)));
  }

  private void fail(String role, IOException cause) throws Exception {
    begin(role).failed(cause);
  }

  private void fail(String role, BackendRefusedException cause) throws Exception {
    begin(role).failed(cause);
  }

  /** Many who wait for what another attempt hears. */
  private List<Future<Reachability.Attempt>> wait(String role) {
    List<Future<Reachability.Attempt>> all = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      all.add(threads.submit(() -> begin(role)));
    }
    await().until(() -> server.waiting() == MANY);
    return all;
  }

  private static BackendRefusedException full(String routine) {
    return new BackendRefusedException(
        new ErrorResponse(Map.of('S', "FATAL", 'C', "53300", 'M', "full", 'R', routine)),
        "",
        new Backend("db.example.com", 5432, BackendTls.DISABLED));
  }
}
