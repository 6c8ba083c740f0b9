package dev.postern.proxy.scram;

import static dev.postern.proxy.scram.Exchanges.SALT;
import static dev.postern.proxy.scram.Exchanges.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.api.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SaltedPasswordsTest {
  private static final ServerFirst FIRST = new ServerFirst(SALT, 4096);

  private final AtomicInteger hashed = new AtomicInteger();

  @Test
  void givesTheKeysThatTheVerifierHolds() throws Exception {
    try (SaltedPasswords passwords = new SaltedPasswords(IterationBounds.DEFAULT, 2, 10);
        DerivedKeys keys =
            passwords.keys("user", secret("pencil"), new ServerFirst(RfcExample.SALT, 4096))) {
      assertThat(keys.serverKey()).isEqualTo(RfcExample.verifier().serverKey());
      assertThat(Sha256.storedKey(keys.clientKey())).isEqualTo(RfcExample.verifier().storedKey());
    }
  }

  @Test
  void paysForAPasswordOnce() throws Exception {
    SaltedPasswords passwords = counting(10);
    passwords.keys("alice", secret("secret"), FIRST).close();
    try (DerivedKeys keys = passwords.keys("alice", secret("secret"), FIRST)) {
      assertThat(keys.serverKey()).isNotEqualTo(new byte[32]);
    }
    assertThat(hashed).hasValue(1);
  }

  @Test
  void paysAgainForAnythingThatDiffers() throws Exception {
    SaltedPasswords passwords = counting(10);
    passwords.keys("alice", secret("secret"), FIRST);
    passwords.keys("bob", secret("secret"), FIRST);
    passwords.keys("alice", secret("changed"), FIRST);
    passwords.keys("alice", secret("secret"), new ServerFirst(Bytes.utf8("pepper"), 4096));
    passwords.keys("alice", secret("secret"), new ServerFirst(SALT, 5000));
    assertThat(hashed).hasValue(5);
  }

  @Test
  void keepsTheLastOnesOnly() throws Exception {
    SaltedPasswords passwords = counting(2);
    passwords.keys("a", secret("secret"), FIRST);
    passwords.keys("b", secret("secret"), FIRST);
    passwords.keys("a", secret("secret"), FIRST);
    passwords.keys("c", secret("secret"), FIRST);
    passwords.keys("a", secret("secret"), FIRST);
    assertThat(hashed).hasValue(3);
    passwords.keys("b", secret("secret"), FIRST);
    assertThat(hashed).hasValue(4);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4095, 200_001, 10_000_000, Integer.MAX_VALUE})
  void refusesAnIterationCountOutOfBoundsBeforeItComputesAnything(int iterations) {
    SaltedPasswords passwords = counting(10);
    assertThatThrownBy(
            () -> passwords.keys("alice", secret("secret"), new ServerFirst(SALT, iterations)))
        .isInstanceOf(ScramException.class)
        .hasMessageContaining("expected: 4096..200000");
    assertThat(hashed).hasValue(0);
  }

  @Test
  void refusesAnEmptyPassword() {
    assertThatThrownBy(() -> counting(10).keys("alice", secret(""), FIRST))
        .isInstanceOf(ScramException.class);
  }

  @Test
  void hashesNoMoreThanItMayAtATime() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SaltedPasswords passwords =
        new SaltedPasswords(
            IterationBounds.DEFAULT,
            2,
            100,
            (password, salt, iterations) -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              byte[] result = Hi.saltedPassword(password, salt, iterations);
              running.decrementAndGet();
              return result;
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<DerivedKeys>> logins = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String user = "user" + i;
        logins.add(() -> passwords.keys(user, secret("secret"), FIRST));
      }
      for (Future<DerivedKeys> login : threads.invokeAll(logins)) {
        assertThat(login.get().toString()).isEqualTo("DerivedKeys[hidden]");
      }
    }
    assertThat(most.get()).isBetween(1, 2);
  }

  @Test
  void paysOnceForManyLoginsAtTheSameMoment() throws Exception {
    SaltedPasswords passwords = counting(10);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<DerivedKeys>> logins = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        logins.add(() -> passwords.keys("alice", secret("secret"), FIRST));
      }
      for (Future<DerivedKeys> login : threads.invokeAll(logins)) {
        login.get().close();
      }
    }
    assertThat(hashed).hasValue(1);
  }

  @Test
  void endsWhenItsThreadIsInterruptedAndLetsTheNextOneIn() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    SaltedPasswords passwords =
        new SaltedPasswords(
            new IterationBounds(1, Integer.MAX_VALUE),
            1,
            10,
            (password, salt, iterations) -> {
              begun.countDown();
              return Hi.saltedPassword(password, salt, iterations);
            });
    ServerFirst endless = new ServerFirst(SALT, Integer.MAX_VALUE);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<DerivedKeys> login =
        thread.submit(() -> passwords.keys("alice", secret("secret"), endless));
    begun.await();
    thread.shutdownNow();
    assertThat(thread.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(login::get).hasCauseInstanceOf(InterruptedException.class);
    passwords.keys("alice", secret("secret"), FIRST).close();
  }

  private SaltedPasswords counting(int capacity) {
    return new SaltedPasswords(
        IterationBounds.DEFAULT,
        2,
        capacity,
        (password, salt, iterations) -> {
          hashed.incrementAndGet();
          return Hi.saltedPassword(password, salt, 1);
        });
  }
}
