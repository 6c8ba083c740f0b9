package dev.postern.proxy.session;

import dev.postern.proxy.relay.LoopCalls;
import io.netty.channel.EventLoop;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the virtual threads on which logins run. Where nothing in a login blocks its carrier, and
 * Java lets itself be asked, the event loop of the client's connection carries them: the bytes of
 * the client then wake nobody else. Otherwise threads do that are there for nothing else; where
 * Java does not let itself be asked, its own scheduler. Safe for use by many threads.
 */
public final class LoginThreads {
  private static final Logger log = LoggerFactory.getLogger(LoginThreads.class);

  /** Java has no public way yet to name the scheduler of a virtual thread. */
  private static final String BUILDER = "java.lang.ThreadBuilders$VirtualThreadBuilder";

  private final @Nullable Constructor<? extends Thread.Builder.OfVirtual> carried = builder();
  private final LoginCarriers carriers = new LoginCarriers();

  private static Thread.Builder.OfVirtual builder(
      Constructor<? extends Thread.Builder.OfVirtual> carried, Executor carrier) {
    try {
      return carried.newInstance(carrier);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static @Nullable Constructor<? extends Thread.Builder.OfVirtual> builder() {
    try {
      var constructor =
          Class.forName(BUILDER)
              .asSubclass(Thread.Builder.OfVirtual.class)
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | InaccessibleObjectException | ClassCastException e) {
      log.atDebug().log("logins run on Java's own scheduler: {}", e.getMessage());
      return null;
    }
  }

  /** A login that outlives its event loop must still come to its end. */
  private static final class Carrier implements Executor {
    private final EventLoop eventLoop;
    private @Nullable Thread login;

    Carrier(EventLoop eventLoop) {
      this.eventLoop = eventLoop;
    }

    void start(Thread unstarted) {
      login = unstarted;
      unstarted.start();
    }

    @Override
    public void execute(Runnable step) {
      Thread itself = Objects.requireNonNull(login);
      try {
        eventLoop.execute(() -> LoopCalls.ofThisThread().carry(itself, step));
      } catch (RejectedExecutionException e) {
        ForkJoinPool.commonPool().execute(step);
      }
    }
  }

  /**
   * Starts a login.
   *
   * @param eventLoop of the client's connection
   * @param mayBlock whether it may have to wait in a way that stops its thread's carrier
   */
  public void start(EventLoop eventLoop, boolean mayBlock, String name, Runnable login) {
    if (carried == null) {
      Thread.ofVirtual().name(name).start(login);
    } else if (mayBlock) {
      builder(carried, carriers).name(name).start(login);
    } else {
      Carrier carrier = new Carrier(eventLoop);
      carrier.start(builder(carried, carrier).name(name).unstarted(login));
    }
  }
}
