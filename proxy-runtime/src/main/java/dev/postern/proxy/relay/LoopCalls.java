package dev.postern.proxy.relay;

import io.netty.util.concurrent.FastThreadLocal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What plugins are called for on one event loop, one after the other. Another thread sees which
 * call is under way, and can stop one that takes too long; a call costs no look at the clock.
 */
public final class LoopCalls {
  private static final FastThreadLocal<LoopCalls> OF_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected LoopCalls initialValue() {
          return new LoopCalls(Thread.currentThread());
        }
      };

  private static final VarHandle UNDER_WAY;

  static {
    try {
      UNDER_WAY = MethodHandles.lookup().findVarHandle(LoopCalls.class, "underWay", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Thread loop;

  /** The number of the newest call; the loop's own. */
  private long last;

  /** Set without a fence by the loop: whoever looks comes again. */
  @SuppressWarnings("unused") // by its handle
  private long underWay;

  private volatile long suspected;
  private long stopped;
  private volatile @Nullable Thread carried;

  private LoopCalls(Thread loop) {
    this.loop = loop;
  }

  /** Those of the event loop that calls this. */
  public static LoopCalls ofThisThread() {
    return OF_THREAD.get();
  }

  /** One call of its own that ends no session: it is only interrupted if it takes too long. */
  public void run(Runnable ofAPlugin) {
    long call = begin();
    try {
      ofAPlugin.run();
    } finally {
      end(call);
    }
  }

  /** Runs a step of a virtual thread that the loop carries. */
  public void carry(Thread virtual, Runnable step) {
    carried = virtual;
    try {
      step.run();
    } finally {
      carried = null;
    }
  }

  /** Begins a call, and returns its number. */
  long begin() {
    long call = ++last;
    UNDER_WAY.setOpaque(this, call);
    return call;
  }

  /** Ends it; whether it was stopped meanwhile. */
  boolean end(long call) {
    UNDER_WAY.setOpaque(this, 0L);
    return suspected == call && wasStopped(call);
  }

  private synchronized boolean wasStopped(long call) {
    if (stopped != call) {
      return false;
    }
    Thread.interrupted(); // it was meant for the handler, not for what the loop does next
    return true;
  }

  /** The number of the call that is under way; 0: none. For any thread, as is what follows. */
  public long underWay() {
    return (long) UNDER_WAY.getOpaque(this);
  }

  /** What the loop does: that of the virtual thread that it carries, else its own. */
  public StackTraceElement[] stackTrace() {
    Thread virtual = carried;
    StackTraceElement[] its = virtual == null ? new StackTraceElement[0] : virtual.getStackTrace();
    return its.length == 0 ? loop.getStackTrace() : its;
  }

  /** Says, a while before it comes to it, that a call may have to be stopped. */
  public void suspect(long call) {
    suspected = call;
  }

  /**
   * Interrupts a suspected call, as it may be waiting for something; that its session ends is up to
   * the loop, when the call returns.
   *
   * @return false if it is over, or was stopped before
   */
  public synchronized boolean stop(long call) {
    if (underWay() != call || stopped == call) {
      return false;
    }
    stopped = call;
    loop.interrupt();
    return true;
  }
}
