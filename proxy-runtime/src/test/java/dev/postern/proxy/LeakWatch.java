package dev.postern.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class during which Netty's leak detector reports a buffer, engine, context or key;
 * the whole-path tests register it for all classes. The build runs the detector at level paranoid,
 * and as {@link NamingLeakDetector}, so that a report says during which test the lost one was made.
 * What is still in use when a class ends is reported in a later one.
 */
public final class LeakWatch implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final int ROUNDS = 3;

  private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    NamingLeakDetector.runs(context.getDisplayName());
    logged.list = new CopyOnWriteArrayList<>(); // or one report would fail all classes that follow
    logged.start();
    detector.addAppender(logged);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    NamingLeakDetector.runs(
        context.getRequiredTestClass().getSimpleName() + "." + context.getDisplayName());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    List<String> reports = reports();
    detector.detachAppender(logged);
    assertThat(reports).isEmpty();
  }

  /** What has been lost since the class began. */
  public List<String> reports() {
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      ByteBufAllocator.DEFAULT.buffer().release(); // where Netty's own detector is at work
      NamingLeakDetector.reportAll();
    }
    return logged.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
