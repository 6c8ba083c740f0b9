package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class YamlReaderTest {
  private final Binder binder = new Binder(Path.of("/opt/postern"), Map.of());

  record Two(@Nullable ConfigNode a, @Nullable ConfigNode b) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a: [1'            | not valid YAML: expected ',' or ']', but got <stream end>",
        "'a: @x'            | not valid YAML: found character '@' that cannot start any token."
            + " (Do not use @ for indentation)",
        "'a: b: c'          | 'not valid YAML: a \": \" that cannot stand here (check the"
            + " indentation, or put quotes around the value)'",
        "'a: *b'            | aliases are not supported; put quotes around a value that begins"
            + " with *",
        "'a: &b 1'          | anchors and aliases are not supported; write the value out",
        "'a: !b 1'          | tags are not supported; put quotes around a value that begins"
            + " with !",
        "'{a: 1}\n---\n{}'  | not valid YAML: but found another document"
      })
  void refusesWhatIsNotPlainYaml(String yaml, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind(yaml, Two.class))
        .satisfies(e -> assertThat(e.problems()).hasSize(1))
        .satisfies(e -> assertThat(e.problems().getFirst().message()).isEqualTo(message))
        .satisfies(e -> assertThat(e.problems().getFirst().location().line()).isPositive());
  }

  @Test
  void findsTheLineOfASyntaxError() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind("a: 1\n  b: 2\n", Two.class))
        .withMessageStartingWith("configuration:2:4: not valid YAML: ");
  }

  @Test
  void refusesADuplicateKeyInANestedMapping() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind("a: {x: 1, x: 2}", Two.class))
        .withMessage(
            "configuration:1:11: a.x: written twice; the first one is in line 1 (keep one)");
  }

  @Test
  void refusesMergeKeysAsUnknownSettings() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind("<<: {a: 1}", Two.class))
        .withMessageContaining("unknown setting");
  }

  @Test
  @Timeout(10)
  void refusesNestingThatIsTooDeep() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind("a: " + "[".repeat(100_000), Two.class))
        .withMessageStartingWith("configuration: not readable as YAML: ");
  }

  @Test
  void escapesControlCharactersInMessages() {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind("\"x\\ny\\u001b[31m\": 1", Two.class))
        .withMessage("configuration:1:1: x\\u000ay\\u001b[31m: unknown setting (known here: a, b)");
  }

  @Test
  void comparesNodesByContentWhereverTheyStand() throws Exception {
    ConfigNode one = binder.bind("a: {x: [1, y, null]}", Two.class).a();
    ConfigNode same = binder.bind("b: 1\n\na:\n  x:\n  - 1\n  - y\n  -\n", Two.class).a();
    ConfigNode other = binder.bind("a: {x: [1, \"y\", null]}", Two.class).a();

    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other);
  }
}
