package dev.postern.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

final class CommandModelTest {
  private final CommandLine postern = Postern.commandLine(Terminal.SYSTEM);

  @Test
  void noOptionTakesASecret() {
    assertThat(all(postern).flatMap(command -> command.getCommandSpec().options().stream()))
        .filteredOn(option -> option.longestName().matches(".*(pass|secret|verifier|key).*"))
        .isNotEmpty()
        .filteredOn(option -> !option.paramLabel().equals("FILE")) // where the secret is
        .allSatisfy(option -> assertThat(option.arity().max()).isZero());
  }

  @Test
  void everyCommandExplainsItself() {
    assertThat(all(postern))
        .allSatisfy(
            command -> {
              assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
              assertThat(command.getCommandSpec().options())
                  .allSatisfy(option -> assertThat(description(option)).isNotEmpty());
            });
  }

  @Test
  void helpNamesEveryExitCode() {
    assertThat(postern.getCommandSpec().usageMessage().exitCodeList().keySet())
        .containsExactlyElementsOf(
            Arrays.stream(ExitCode.values()).map(code -> String.valueOf(code.code())).toList());
  }

  @Test
  void runIsTheSameWithAndWithoutTheOtherCommands() {
    CommandLine alone = Postern.commandLine(Terminal.SYSTEM, "run");

    assertThat(usageOfRun(alone)).isEqualTo(usageOfRun(postern)).startsWith("Usage: postern run");
  }

  private static String usageOfRun(CommandLine postern) {
    return Objects.requireNonNull(postern.getSubcommands().get("run")).getUsageMessage();
  }

  @Test
  void everyCommandKnowsTheVersion() {
    assertThat(all(postern))
        .allSatisfy(command -> assertThat(command.getCommandSpec().version()).hasSize(1));
  }

  @Test
  void theShellCanCompleteIt() {
    assertThat(AutoComplete.bash("postern", postern)).contains("passwd", "--password-stdin");
  }

  private static List<String> description(OptionSpec option) {
    return List.of(option.description());
  }

  private static Stream<CommandLine> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(CommandModelTest::all));
  }
}
