package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.postern.testkit.RunningPostern;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * Sockets, pipes, rings and the like that this JVM, and Postern in it, has open. Files do not
 * count: the JVM opens a jar when it first looks for something there. Where there is no {@code
 * /proc} nothing is counted, and nothing is found missing.
 */
public final class Descriptors {
  private static final Path OWN = Path.of("/proc/self/fd");
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Descriptors() {}

  /** How many there are, once that number has not changed for a while. */
  public static int settled() {
    waitInVirtualThreads();
    await()
        .atMost(LIMIT)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              int before = open();
              for (int i = 0; i < 10; i++) {
                TimeUnit.MILLISECONDS.sleep(20);
                if (open() != before) {
                  return false;
                }
              }
              return true;
            });
    return open();
  }

  /** What a test does with a gateway. */
  @FunctionalInterface
  public interface Scene<X extends Exception> {
    void play() throws X;
  }

  /**
   * Plays a scene, and waits until the gateway, which has no clients before and behind it, has no
   * more descriptors than the connections of its pools.
   */
  public static <X extends Exception> void expectNoneLeft(RunningPostern postern, Scene<X> scene)
      throws X {
    expectNoneLeft(postern, () -> 0, scene);
  }

  /**
   * The same with a scripted server in this JVM.
   *
   * @param ends how many connections it has open
   */
  public static <X extends Exception> void expectNoneLeft(
      RunningPostern postern, IntSupplier ends, Scene<X> scene) throws X {
    int before = settled() - ofPools(postern) - ends.getAsInt();
    scene.play();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(postern.server().registry().sessions()).isEmpty();
              assertThat(postern.server().registry().logins()).isZero();
              int known = ofPools(postern) + ends.getAsInt();
              assertThat(open() - known).as("descriptors").isLessThanOrEqualTo(before);
            });
  }

  private static int ofPools(RunningPostern postern) {
    return postern.server().pools().all().stream()
        .mapToInt(pool -> pool.open() + (pool.listening().open() ? 1 : 0))
        .sum();
  }

  /** Waits until there are no more than there were. */
  public static void awaitNoMoreThan(int before) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(open()).as("descriptors").isLessThanOrEqualTo(before));
  }

  /** What the JVM opens when virtual threads first wait for sockets is there behind this. */
  private static void waitInVirtualThreads() {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      List<Socket> clients = new ArrayList<>();
      List<Future<Integer>> reads = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
        Socket accepted = listener.accept();
        clients.add(client);
        reads.add(
            threads.submit(
                () -> {
                  try (accepted) {
                    return accepted.getInputStream().read();
                  }
                }));
      }
      TimeUnit.MILLISECONDS.sleep(50); // for which they wait
      for (Socket client : clients) {
        client.close();
      }
      for (Future<Integer> read : reads) {
        assertThat(read.get()).isEqualTo(-1);
      }
    } catch (IOException | InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int open() {
    if (!Files.isDirectory(OWN)) {
      return 0;
    }
    try (Stream<Path> all = Files.list(OWN)) {
      return Math.toIntExact(all.filter(Descriptors::isNoFile).count());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNoFile(Path descriptor) {
    try {
      return !Files.readSymbolicLink(descriptor).isAbsolute();
    } catch (NoSuchFileException e) {
      return false; // closed meanwhile
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
