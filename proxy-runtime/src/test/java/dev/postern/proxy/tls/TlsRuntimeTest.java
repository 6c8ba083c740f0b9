package dev.postern.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postern.proxy.config.ListenerConfig;
import dev.postern.proxy.config.ListenerTlsConfig;
import dev.postern.proxy.config.TlsMode;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TlsRuntimeTest {
  @TempDir private Path directory;

  @Test
  void choosesBoringSslWhereItLoads() throws Exception {
    assumeTrue(OpenSsl.isAvailable(), "BoringSSL does not load");
    try (TlsRuntime runtime = new TlsRuntime(null)) {
      runtime.preload();

      assertThat(runtime.provider()).isEqualTo(TlsProvider.BORINGSSL);
    }
  }

  @Test
  void takesTheJdkWhereItIsConfigured() throws Exception {
    try (TlsRuntime runtime = new TlsRuntime(TlsProvider.JDK)) {
      assertThat(runtime.provider()).isEqualTo(TlsProvider.JDK);
    }
  }

  @Test
  void fallsBackToTheJdkWhereBoringSslDoesNotLoad() throws Exception {
    assertThat(withoutNatives("automatic")).contains("TLS by the JDK", "handshake by jdk");
  }

  @Test
  void saysSoWhereBoringSslIsConfiguredAndDoesNotLoad() throws Exception {
    assertThat(withoutNatives("BORINGSSL")).contains("BoringSSL does not load here");
  }

  @Test
  void handshakesComputeOnAsManyThreadsAsThereAreCores() throws Exception {
    int cores = Runtime.getRuntime().availableProcessors();
    AtomicInteger running = new AtomicInteger();
    CountDownLatch started = new CountDownLatch(cores);
    CountDownLatch release = new CountDownLatch(1);
    try (TlsRuntime runtime = new TlsRuntime(TlsProvider.JDK)) {
      for (int i = 0; i < cores * 4; i++) {
        runtime
            .handshakes()
            .execute(
                () -> {
                  running.incrementAndGet();
                  started.countDown();
                  await(release);
                });
      }
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(running).hasValue(cores);
      release.countDown();
    }
  }

  @Test
  void refusesHandshakesWhenTooManyWait() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (TlsRuntime runtime = new TlsRuntime(TlsProvider.JDK)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  runtime.handshakes().execute(() -> await(release));
                }
              })
          .isInstanceOf(RejectedExecutionException.class);
      release.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String withoutNatives(String wanted) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.netty.handler.ssl.noOpenSsl=true",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutNatives.class.getName(),
                wanted,
                directory.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  /** Runs in a Java of its own, in which netty-tcnative is switched off. */
  static final class WithoutNatives {
    public static void main(String[] arguments) throws Exception {
      TlsProvider wanted =
          arguments[0].equals("automatic") ? null : TlsProvider.valueOf(arguments[0]);
      Path directory = Path.of(arguments[1]);
      ListenerTlsConfig tls =
          new ListenerTlsConfig(
              TlsMode.REQUIRED,
              directory.resolve("server.crt"),
              directory.resolve("server.key"),
              true,
              null,
              null,
              null);
      try (TlsRuntime runtime = new TlsRuntime(wanted);
          ServerTls server =
              ServerTls.open(
                  new ListenerConfig("127.0.0.1", 0, tls), runtime, Duration.ofSeconds(1))) {
        ServerHandshake handshake = server.newHandshake(UnpooledByteBufAllocator.DEFAULT);
        System.out.println("handshake by " + handshake.context().provider());
        ReferenceCountUtil.release(handshake.handler().engine());
      }
    }
  }
}
