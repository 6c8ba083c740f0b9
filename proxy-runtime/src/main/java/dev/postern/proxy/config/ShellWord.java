package dev.postern.proxy.config;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Paths in commands that an operator is told to run. */
public final class ShellWord {
  private static final Pattern PLAIN = Pattern.compile("[\\w./:=@%+,-]+");

  private ShellWord() {}

  /** As a shell takes it for one word: in quotes where it needs them. */
  public static String of(Path path) {
    String text = path.toString();
    return PLAIN.matcher(text).matches() && !text.startsWith("-")
        ? text
        : "'" + text.replace("'", "'\\''") + "'";
  }
}
