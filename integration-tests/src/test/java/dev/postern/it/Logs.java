package dev.postern.it;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.OutputStreamAppender;
import dev.postern.proxy.cli.Logging;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** What Postern and its libraries have logged in this JVM since the test began. */
public final class Logs implements BeforeEachCallback {
  private static final Queue<ILoggingEvent> EVENTS = new ConcurrentLinkedQueue<>();

  /** A test that runs once more does not see what it saw. */
  @Override
  public void beforeEach(ExtensionContext context) {
    EVENTS.clear();
  }

  static {
    collect();
  }

  /** Collects from now on, whichever test is the first. */
  private static void collect() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Collector collector = new Collector();
    collector.setContext(root.getLoggerContext());
    collector.start();
    root.addAppender(collector);
  }

  /** Message, key-value pairs and stack trace of each event. */
  static List<String> lines() {
    return EVENTS.stream().map(Logs::line).toList();
  }

  /** The lines in which all of these parts are. */
  static List<String> containing(String... parts) {
    return lines().stream().filter(line -> Stream.of(parts).allMatch(line::contains)).toList();
  }

  /** The events in which this part is, as Postern writes them to its standard output or error. */
  static List<String> asWritten(String part) {
    LoggerContext context = new LoggerContext();
    String ownFile = System.clearProperty("logback.configurationFile");
    try {
      Logging logging = new Logging();
      logging.setContext(context);
      logging.configure(context);
      OutputStreamAppender<ILoggingEvent> stream = stream(context);
      return EVENTS.stream()
          .filter(event -> line(event).contains(part))
          .map(event -> new String(stream.getEncoder().encode(event), StandardCharsets.UTF_8))
          .toList();
    } finally {
      context.stop();
      if (ownFile != null) {
        System.setProperty("logback.configurationFile", ownFile);
      }
    }
  }

  private static OutputStreamAppender<ILoggingEvent> stream(LoggerContext context) {
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    AsyncAppender queue = (AsyncAppender) root.iteratorForAppenders().next();
    return (OutputStreamAppender<ILoggingEvent>) queue.iteratorForAppenders().next();
  }

  /**
   * How much the code of Postern logs: {@link Level#TRACE} for tests of what must not be said.
   * Returns what it was.
   */
  static Level level(Level level) {
    Logger logger = (Logger) LoggerFactory.getLogger("dev.postern");
    Level before = logger.getLevel();
    logger.setLevel(level);
    return before;
  }

  private static String line(ILoggingEvent event) {
    StringBuilder line = new StringBuilder();
    line.append(event.getLevel()).append(' ').append(event.getLoggerName()).append(' ');
    line.append(event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      event.getKeyValuePairs().forEach(pair -> line.append(' ').append(pair));
    }
    if (event.getThrowableProxy() != null) {
      line.append(' ').append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }

  private static final class Collector extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      event.prepareForDeferredProcessing();
      EVENTS.add(event);
    }
  }
}
