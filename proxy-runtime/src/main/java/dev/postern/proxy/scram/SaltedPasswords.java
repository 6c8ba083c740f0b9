package dev.postern.proxy.scram;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Turns passwords into keys, and pays for each (user, password, salt, iteration count) once: the
 * results of the last ones are kept. At most so many are computed at a time, so that logins cannot
 * take all cores, and each on a thread of its own, so that a caller's virtual thread lets go of
 * what carries it; waiting and computing end when the caller is interrupted. Safe for use by many
 * threads. Never call it on an event loop.
 */
public final class SaltedPasswords implements AutoCloseable {
  private static final int STRIPES = 64;

  private final IterationBounds bounds;
  private final Semaphore computing;
  private final int capacity;
  private final Hashing hashing;
  private final byte[] fingerprintKey = Sha256.random(32);
  private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];
  private final SequencedMap<Key, DerivedKeys> recent = new LinkedHashMap<>(16, 0.75f, true);

  /** What costs the time. */
  interface Hashing {
    byte[] saltedPassword(byte[] password, Bytes salt, int iterations) throws InterruptedException;
  }

  /**
   * @param password a keyed hash, so that a changed password is another entry and the entry does
   *     not tell the password
   */
  private record Key(String user, Secret password, Bytes salt, int iterations) {}

  /**
   * @param concurrency how many passwords may be hashed at a time; 1 or more
   * @param capacity how many results are kept; 1 or more, about 400 bytes each
   */
  public SaltedPasswords(IterationBounds bounds, int concurrency, int capacity) {
    this(bounds, concurrency, capacity, Hi::saltedPassword);
  }

  SaltedPasswords(IterationBounds bounds, int concurrency, int capacity, Hashing hashing) {
    if (concurrency < 1 || capacity < 1) {
      throw new IllegalArgumentException("concurrency and capacity must be 1 or more");
    }
    this.bounds = bounds;
    this.computing = new Semaphore(concurrency, true);
    this.capacity = capacity;
    this.hashing = hashing;
    Arrays.setAll(stripes, i -> new ReentrantLock());
  }

  /**
   * The keys with which to log in where {@code serverFirst} came from. Blocks for as long as
   * hashing takes, or not at all.
   *
   * @param password not closed here
   * @return a copy that the caller closes
   * @throws ScramException before anything is computed, if the password is empty or the iteration
   *     count is out of bounds
   * @throws InterruptedException if the thread was interrupted
   */
  public DerivedKeys keys(String user, Secret password, ServerFirst serverFirst)
      throws ScramException, InterruptedException {
    bounds.check(serverFirst.iterations());
    if (password.isEmpty()) {
      throw new ScramException("the password is empty");
    }
    byte[] secret = password.toByteArray();
    try {
      Secret fingerprint = Secret.copyOf(Sha256.hmac(fingerprintKey, secret));
      Key key = new Key(user, fingerprint, serverFirst.salt(), serverFirst.iterations());
      // One lock per key, more or less: whoever comes second finds the result of the first.
      ReentrantLock stripe = stripes[Math.floorMod(key.hashCode(), STRIPES)];
      stripe.lockInterruptibly();
      try {
        DerivedKeys known = find(key);
        return known != null ? known : compute(key, secret);
      } finally {
        stripe.unlock();
      }
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  private DerivedKeys compute(Key key, byte[] secret) throws InterruptedException {
    computing.acquire();
    try {
      DerivedKeys keys = DerivedKeys.from(hash(key, secret));
      keep(key, keys.copy());
      return keys;
    } finally {
      computing.release();
    }
  }

  private byte[] hash(Key key, byte[] secret) throws InterruptedException {
    FutureTask<byte[]> hash =
        new FutureTask<>(() -> hashing.saltedPassword(secret, key.salt(), key.iterations()));
    Thread thread = Thread.ofVirtual().name("password-hash").start(hash);
    try {
      return hash.get();
    } catch (InterruptedException e) {
      hash.cancel(true);
      thread.join(); // it reads what the caller wipes
      throw e;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  private @Nullable DerivedKeys find(Key key) {
    synchronized (recent) {
      DerivedKeys known = recent.get(key);
      return known == null ? null : known.copy();
    }
  }

  private void keep(Key key, DerivedKeys keys) {
    synchronized (recent) {
      DerivedKeys replaced = recent.put(key, keys);
      if (replaced != null) {
        replaced.close();
      }
      if (recent.size() > capacity) {
        recent.pollFirstEntry().getValue().close();
      }
    }
  }

  /** Wipes what is kept. May be used again. */
  @Override
  public void close() {
    synchronized (recent) {
      recent.values().forEach(DerivedKeys::close);
      recent.clear();
    }
  }
}
