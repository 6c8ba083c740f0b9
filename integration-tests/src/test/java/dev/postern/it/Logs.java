package dev.postern.it;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** What Postern and its libraries log in this JVM. */
final class Logs {
  private static final Queue<String> LINES = new ConcurrentLinkedQueue<>();

  private Logs() {}

  /** Collects from now on; called once. */
  static void collect() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Collector collector = new Collector();
    collector.setContext(root.getLoggerContext());
    collector.start();
    root.addAppender(collector);
  }

  /** Message, key-value pairs and stack trace of each event. */
  static List<String> lines() {
    return List.copyOf(LINES);
  }

  /** The lines in which all of these parts are. */
  static List<String> containing(String... parts) {
    return LINES.stream().filter(line -> Stream.of(parts).allMatch(line::contains)).toList();
  }

  /** Logs everything that the code of Postern has to say, for tests of what must not be said. */
  static void everything() {
    ((Logger) LoggerFactory.getLogger("dev.postern")).setLevel(Level.TRACE);
  }

  private static final class Collector extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      StringBuilder line = new StringBuilder();
      line.append(event.getLevel())
          .append(' ')
          .append(event.getLoggerName())
          .append(' ')
          .append(event.getFormattedMessage());
      if (event.getKeyValuePairs() != null) {
        event.getKeyValuePairs().forEach(pair -> line.append(' ').append(pair));
      }
      if (event.getThrowableProxy() != null) {
        line.append(' ').append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
      LINES.add(line.toString());
    }
  }
}
