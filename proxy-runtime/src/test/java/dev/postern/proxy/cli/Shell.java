package dev.postern.proxy.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** Somebody who types commands about one installation. */
final class Shell {
  /**
   * What a command did.
   *
   * @param exitCode as the process's
   */
  record Result(int exitCode, String out, String err) {}

  private final Path configuration;
  private final Path socket;

  Shell(Path home) throws IOException {
    configuration = Files.createDirectories(home.resolve("conf")).resolve("postern.yaml");
    socket = home.resolve("run/admin.sock");
    Files.writeString(
        configuration,
        """
        listeners:
          - host: 127.0.0.1
            port: 0
        store:
          directory: %s
          backend-password-key: %s
        admin:
          socket: %s
        authenticator:
          plugin: scram
        router:
          plugin: static-routes
        """
            .formatted(home.resolve("data"), home.resolve("conf/key"), socket));
  }

  Path configuration() {
    return configuration;
  }

  Path socket() {
    return socket;
  }

  Result run(String... arguments) {
    return run(new FakeTerminal("", List.of()), arguments);
  }

  Result piping(String input, String... arguments) {
    return run(new FakeTerminal(input, List.of()), arguments);
  }

  Result typing(List<String> passwords, String... arguments) {
    return run(new FakeTerminal("", passwords), arguments);
  }

  private Result run(Terminal terminal, String... arguments) {
    String[] all =
        Stream.concat(Arrays.stream(arguments), Stream.of("--config", configuration.toString()))
            .toArray(String[]::new);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Postern.commandLine(terminal, all)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    int exitCode = command.execute(all);
    return new Result(exitCode, out.toString(), err.toString());
  }

  private static final class FakeTerminal implements Terminal {
    private final InputStream input;
    private final Deque<String> passwords;

    FakeTerminal(String input, List<String> passwords) {
      this.input = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
      this.passwords = new ArrayDeque<>(passwords);
    }

    @Override
    public char @Nullable [] readPassword(String prompt) {
      String next = passwords.poll();
      return next == null ? null : next.toCharArray();
    }

    @Override
    public InputStream input() {
      return input;
    }
  }
}
