package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class JdkLoggersTest {
  private static final String NAME = "x.of.the.platform";

  private final Logger target = (Logger) LoggerFactory.getLogger(NAME);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final System.Logger logger =
      new JdkLoggers().getLogger(NAME, JdkLoggersTest.class.getModule());

  @BeforeEach
  void listen() {
    logged.start();
    target.addAppender(logged);
  }

  @AfterEach
  void listenNoMore() {
    target.detachAppender(logged);
  }

  @Test
  void fillsInWhatAMessageRefersTo() {
    logger.log(System.Logger.Level.WARNING, "{0} of {1}", "one", "two");
    assertThat(logged.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("one of two");
  }

  @Test
  void logsWhatIsNoFormatAsItIs() {
    logger.log(System.Logger.Level.WARNING, "{ is not closed", "one");
    assertThat(logged.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("{ is not closed");
  }
}
