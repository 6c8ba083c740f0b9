package dev.postern.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class during which Netty's leak detector reports a buffer, engine or context; the
 * whole-path tests register it for all classes. The build runs the detector at level paranoid. What
 * is still in use when a class ends is reported in a later one.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
  private static final int ROUNDS = 3;

  /** Of a TLS context; what the end of a server leaves of it in a handshake is not told again. */
  private static final String KEY_MATERIAL = "DefaultOpenSslKeyMaterial";

  private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    reports.list.clear(); // or one report would fail all classes that follow
    reports.start();
    detector.addAppender(reports);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    for (int i = 0; i < ROUNDS; i++) {
      System.gc();
      ByteBufAllocator.DEFAULT.buffer().release(); // the detector reports when it tracks anew
    }
    detector.detachAppender(reports);
    assertThat(reports.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(report -> !report.contains(KEY_MATERIAL))
        .isEmpty();
  }
}
