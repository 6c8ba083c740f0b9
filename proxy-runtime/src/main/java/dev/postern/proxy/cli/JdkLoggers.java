package dev.postern.proxy.cli;

import java.text.MessageFormat;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Lets what the Java platform logs go where Postern's own log goes, and tells {@link UnaskedExit}
 * of each {@code System.exit}, which the platform logs before it obeys.
 */
public final class JdkLoggers extends System.LoggerFinder {
  /** That of {@link Runtime#exit}. */
  private static final String EXIT = "java.lang.Runtime";

  @Override
  public System.Logger getLogger(String name, Module module) {
    return name.equals(EXIT)
        ? new ExitNotice()
        : new Forwarding(name, LoggerFactory.getLogger(name));
  }

  /** Each command ends by an exit: for that alone nobody waits until the log is set up. */
  private record ExitNotice() implements System.Logger {
    @Override
    public String getName() {
      return EXIT;
    }

    @Override
    public boolean isLoggable(Level level) {
      return UnaskedExit.isWatched();
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
      if (thrown != null && UnaskedExit.isWatched()) {
        UnaskedExit.called(thrown);
      }
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... values) {
      // That is not how it is told.
    }
  }

  private record Forwarding(String name, org.slf4j.Logger target) implements System.Logger {
    @Override
    public String getName() {
      return name;
    }

    @Override
    public boolean isLoggable(Level level) {
      return level == Level.ALL || (level != Level.OFF && target.isEnabledForLevel(of(level)));
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
      if (level != Level.OFF) {
        target.atLevel(of(level)).setCause(thrown).log(text(bundle, message));
      }
    }

    @Override
    public void log(
        Level level, @Nullable ResourceBundle bundle, String format, @Nullable Object... values) {
      if (level != Level.OFF && target.isEnabledForLevel(of(level))) {
        String text = text(bundle, format);
        target
            .atLevel(of(level))
            .log(values == null || values.length == 0 ? text : filled(text, values));
      }
    }

    /** Whoever logs does not fail by that, as with the platform's own loggers. */
    private static String filled(String format, @Nullable Object... values) {
      try {
        return MessageFormat.format(format, values);
      } catch (RuntimeException e) {
        return format;
      }
    }

    private static String text(@Nullable ResourceBundle bundle, String key) {
      return bundle != null && bundle.containsKey(key) ? bundle.getString(key) : key;
    }

    private static org.slf4j.event.Level of(Level level) {
      return switch (level) {
        case ALL, TRACE -> org.slf4j.event.Level.TRACE;
        case DEBUG -> org.slf4j.event.Level.DEBUG;
        case INFO -> org.slf4j.event.Level.INFO;
        case WARNING -> org.slf4j.event.Level.WARN;
        case ERROR, OFF -> org.slf4j.event.Level.ERROR;
      };
    }
  }
}
