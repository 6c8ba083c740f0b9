package dev.postern.proxy.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Where secrets are typed or piped in. */
interface Terminal {
  /** The process's own. */
  Terminal SYSTEM =
      new Terminal() {
        @Override
        @SuppressWarnings("SystemConsoleNull") // it does, where nobody sits
        public char @Nullable [] readPassword(String prompt) {
          Console console = System.console();
          return console == null || !console.isTerminal() ? null : console.readPassword(prompt);
        }

        @Override
        public InputStream input() throws IOException {
          return System.in;
        }
      };

  /** What is typed, without showing it; {@code null} where nobody sits. The caller wipes it. */
  char @Nullable [] readPassword(String prompt);

  /** What is piped in. */
  InputStream input() throws IOException;
}
