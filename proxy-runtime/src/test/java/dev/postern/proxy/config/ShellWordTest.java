package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShellWordTest {
  @Test
  void leavesAnOrdinaryPathAsItIs() {
    assertThat(ShellWord.of(Path.of("/opt/postern-0.1.0/conf/server.key")))
        .isEqualTo("/opt/postern-0.1.0/conf/server.key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/my files/a.key", "/it's", "/$HOME/`x`", "/a;b&c", "/\"q\"", "/ü*?"})
  void isTheSamePathToAShell(String path) throws Exception {
    Process shell =
        new ProcessBuilder("sh", "-c", "printf %s " + ShellWord.of(Path.of(path))).start();
    assertThat(shell.getInputStream().readAllBytes())
        .isEqualTo(path.getBytes(StandardCharsets.UTF_8));
  }
}
