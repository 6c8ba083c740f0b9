package dev.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

final class ProgramsTest {
  @Test
  void skipsTheTestOfAMissingProgram() {
    assertThatThrownBy(() -> Programs.require("no-such-program"))
        .isInstanceOf(TestAbortedException.class)
        .hasMessage("no-such-program is not on this machine");
  }

  @Test
  void handsInputAndEnvironmentOverAndTellsWhatCameOut() {
    ProgramRun run =
        Programs.require("sh")
            .with("-c", "cat; echo $GREETING; echo trouble >&2; exit 3")
            .environment("GREETING", "hello")
            .input("in\n")
            .run();
    assertThat(run).isEqualTo(new ProgramRun("sh", 3, "in\nhello\n", "trouble\n"));
  }

  @Test
  void interruptsAsCtrlCDoes() {
    try (RunningProgram running = Programs.require("sleep").with("60").start()) {
      running.interrupt();
      assertThat(running.await(Duration.ofSeconds(10)).exitCode()).isEqualTo(130);
    }
  }

  @Test
  void endsAProgramThatTakesTooLong() {
    try (RunningProgram running = Programs.require("sleep").with("60").start()) {
      assertThatThrownBy(() -> running.await(Duration.ofMillis(20)))
          .hasMessageContaining("sleep still runs");
    }
  }
}
