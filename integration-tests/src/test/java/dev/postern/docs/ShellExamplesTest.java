package dev.postern.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.Programs;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ShellExamplesTest {
  static List<Page.Block> blocks() {
    return Page.all().stream().flatMap(page -> page.blocks("sh", "bash").stream()).toList();
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void aShellAcceptsTheExample(Page.Block block) {
    assertThat(Programs.require("sh").with("-n").input(block.text()).run().expectSuccess().errors())
        .isEmpty();
  }
}
