package dev.postern.proxy.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // each test makes one
final class InstanceContextTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  @TempDir Path home;

  private InstanceContext context;

  @BeforeEach
  void make() {
    context =
        new InstanceContext(
            "audit",
            new PluginEnvironment(home, home.resolve("data"), _ -> Optional.empty()),
            ClassLoader.getPlatformClassLoader());
  }

  @AfterEach
  void close() {
    context.close();
  }

  @Test
  void goesOnDoingWhatFails() {
    AtomicInteger times = new AtomicInteger();
    context.every(
        OFTEN,
        () -> {
          times.incrementAndGet();
          throw new IllegalStateException("on purpose");
        });

    await().untilAtomic(times, greaterThan(3));
  }

  @Test
  void stopsWhatIsDoneAgainAndAgainWithItsRegistration() throws Exception {
    AtomicInteger times = new AtomicInteger();
    var registration = context.every(OFTEN, times::incrementAndGet);
    await().untilAtomic(times, greaterThan(1));

    registration.close();
    registration.close();

    assertComesToRest(times);
  }

  @Test
  void stopsWhatIsDoneAgainAndAgainWithTheInstance() throws Exception {
    AtomicInteger times = new AtomicInteger();
    context.every(OFTEN, times::incrementAndGet);
    await().untilAtomic(times, greaterThan(1));

    context.close();

    assertComesToRest(times);
  }

  private static void assertComesToRest(AtomicInteger times) {
    AtomicInteger last = new AtomicInteger(-1);
    await()
        .pollInterval(Duration.ofMillis(100))
        .until(() -> last.getAndSet(times.get()) == times.get());
  }

  @Test
  void interruptsItsThreadsAndTakesNoMoreTasksWhenItIsClosed() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    context
        .threads()
        .execute(
            () -> {
              begun.countDown();
              try {
                Thread.sleep(Duration.ofMinutes(5));
                interrupted.complete(false);
              } catch (InterruptedException e) {
                interrupted.complete(true);
              }
            });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    context.close();

    assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> context.threads().execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void runsTasksWithThePluginsLoaderOnThreadsOfItsName() throws Exception {
    var seen =
        context
            .threads()
            .submit(
                () ->
                    Thread.currentThread().getName().startsWith("audit-")
                        && ClassLoader.getPlatformClassLoader()
                            .equals(Thread.currentThread().getContextClassLoader()));

    assertThat(seen.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void closesWhatWasOpenedLastFirstWhateverOneThrows() {
    List<String> closed = new ArrayList<>();
    context.closing(() -> closed.add("first"));
    context.closing(
        () -> {
          closed.add("second");
          throw new IllegalStateException("on purpose");
        });
    context.closing(() -> closed.add("third"));

    context.close();

    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Test
  void closesAtOnceWhatIsOpenedAfterTheEnd() {
    context.close();
    List<String> closed = new ArrayList<>();

    assertThatThrownBy(() -> context.closing(() -> closed.add("late")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(closed).containsExactly("late");
  }

  @Test
  void tellsOfAFileThatAppearsIsReplacedAndGoes() throws Exception {
    Path file = home.resolve("tenants.yaml");
    AtomicInteger changes = new AtomicInteger();
    context.watch(file, changes::incrementAndGet);

    Files.writeString(file, "one");
    await().untilAtomic(changes, greaterThan(0));
    Path other = Files.writeString(home.resolve("other"), "two");
    Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    await().untilAtomic(changes, greaterThan(1));
    Files.delete(file);
    await().untilAtomic(changes, greaterThan(2));
  }

  @Test
  void showsItsNumbers() {
    context.counter("refused", "logins that were refused").add(3);
    context.counter("refused", "the same").increment();
    context.gauge("open", "connections", () -> 1.5);
    context.gauge(
        "broken",
        "fails",
        () -> {
          throw new IllegalStateException();
        });

    assertThat(context.metrics())
        .containsExactly(
            new PluginMetric("open", "connections", 1.5),
            new PluginMetric("refused", "logins that were refused", 4));
    assertThatThrownBy(() -> context.counter("No good", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> context.counter("open", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> context.gauge("refused", "x", () -> 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sharesWithItsSuccessorUntilBothAreClosed() throws Exception {
    PluginEnvironment environment = environment();
    AtomicInteger closed = new AtomicInteger();
    AutoCloseable lock = closed::incrementAndGet;
    InstanceContext first = contextOf("audit", environment);
    InstanceContext second = contextOf("audit", environment);

    assertThat(first.shared("lock", AutoCloseable.class, () -> lock)).isSameAs(lock);
    assertThat(second.shared("lock", AutoCloseable.class, Assertions::fail)).isSameAs(lock);
    first.close();
    assertThat(closed).hasValue(0);
    second.close();
    assertThat(closed).hasValue(1);
  }

  @Test
  void sharesByNameOnly() throws Exception {
    PluginEnvironment environment = environment();
    AutoCloseable lock = () -> {};
    AutoCloseable other = () -> {};
    try (InstanceContext first = contextOf("audit", environment);
        InstanceContext second = contextOf("second-audit", environment)) {
      assertThat(first.shared("lock", AutoCloseable.class, () -> lock)).isSameAs(lock);
      assertThat(second.shared("other", AutoCloseable.class, () -> other)).isSameAs(other);
      assertThat(second.shared("lock", AutoCloseable.class, Assertions::fail)).isSameAs(lock);
    }
  }

  @Test
  void refusesToShareWhatIsOfAnotherType() throws Exception {
    AutoCloseable lock = () -> {};
    context.shared("lock", AutoCloseable.class, () -> lock);

    assertThatThrownBy(() -> context.shared("lock", FileChannel.class, Assertions::fail))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("(expected: java.nio.channels.FileChannel)");
  }

  private PluginEnvironment environment() {
    return new PluginEnvironment(home, home.resolve("data"), _ -> Optional.empty());
  }

  private static InstanceContext contextOf(String name, PluginEnvironment environment) {
    return new InstanceContext(name, environment, ClassLoader.getPlatformClassLoader());
  }
}
