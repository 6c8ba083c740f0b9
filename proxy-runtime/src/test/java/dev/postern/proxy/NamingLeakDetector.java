package dev.postern.proxy;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's detector, that of each kind of resource, whose reports name the test that ran when the
 * lost one was made. The build names this class to Netty. Thread-safe.
 */
public final class NamingLeakDetector<T> extends ResourceLeakDetector<T> {
  private static final List<NamingLeakDetector<?>> ALL = new CopyOnWriteArrayList<>();

  private static volatile String test = "before any test";

  public NamingLeakDetector(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
    ALL.add(this);
  }

  /** Netty asks for this one as well, and does not use it. */
  @SuppressWarnings("deprecation")
  public NamingLeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
    super(resourceType, samplingInterval, maxActive);
    ALL.add(this);
  }

  static void runs(String nameOfTest) {
    test = nameOfTest;
  }

  /** A detector reports what was lost only when the next of its kind is made. */
  static void reportAll() {
    ALL.forEach(NamingLeakDetector::report);
  }

  @SuppressWarnings("unchecked") // what is tracked is not looked at
  private void report() {
    Object nothing = new Object();
    ResourceLeakTracker<T> tracker = trackForcibly((T) nothing);
    tracker.close((T) nothing);
  }

  @Override
  protected Object getInitialHint(String resourceType) {
    return "during " + Objects.requireNonNull(test);
  }
}
