package dev.postern.proxy.cli;

import dev.postern.api.Secret;
import dev.postern.proxy.admin.AdminException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Mixed into every command that needs a password: typed at a prompt, or the first line of standard
 * input. Never an argument, which every account on the machine could read.
 */
final class PasswordOptions {
  /** In bytes. */
  private static final int MAX_LENGTH = 64 << 10;

  private final Terminal terminal;

  @Option(
      names = "--password-stdin",
      description = "Read the password from the first line of standard input, not from a prompt.")
  private boolean fromInput;

  PasswordOptions() {
    this(Terminal.SYSTEM);
  }

  PasswordOptions(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A password to set, typed twice; the caller closes it. */
  Secret newPassword(String whose) throws IOException {
    if (fromInput) {
      return firstLine();
    }
    char[] first = typed("Password of " + whose + ": ");
    char[] second = typed("Again: ");
    try {
      if (!Arrays.equals(first, second)) {
        throw AdminException.invalid("the two passwords differ");
      }
      return Secret.ofPassword(first);
    } finally {
      Arrays.fill(first, '\0');
      Arrays.fill(second, '\0');
    }
  }

  /** A password that exists; the caller closes it. */
  Secret password(String whose) throws IOException {
    if (fromInput) {
      return firstLine();
    }
    char[] typed = typed("Password of " + whose + ": ");
    try {
      return Secret.ofPassword(typed);
    } finally {
      Arrays.fill(typed, '\0');
    }
  }

  private char[] typed(String prompt) {
    char @Nullable [] typed = terminal.readPassword(Shown.printable(prompt).replace("%", "%%"));
    if (typed == null) {
      throw AdminException.invalid(
          "no terminal to ask for the password; pipe it in with --password-stdin");
    }
    return typed;
  }

  /** The first line of standard input, without its end; the caller closes it. */
  Secret firstLine() throws IOException {
    byte[] buffer = new byte[MAX_LENGTH];
    try {
      int length = 0;
      InputStream in = terminal.input();
      for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
        if (length == MAX_LENGTH) {
          throw AdminException.invalid("standard input: the line is too long");
        }
        buffer[length++] = (byte) next;
      }
      if (length > 0 && buffer[length - 1] == '\r') {
        length--;
      }
      byte[] line = Arrays.copyOf(buffer, length);
      Secret secret = Secret.copyOf(line);
      Arrays.fill(line, (byte) 0);
      return secret;
    } finally {
      Arrays.fill(buffer, (byte) 0);
    }
  }

  InputStream input() throws IOException {
    return terminal.input();
  }
}
