package dev.postern.proxy.config;

import static dev.postern.proxy.config.Refusals.expectRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.DataSize;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single values of each type look like, and what is said of others. */
final class BinderValuesTest {
  private final Binder binder = new Binder(Path.of("/opt/postern"), Map.of());

  enum Colour {
    RED,
    DARK_BLUE
  }

  record Truth(boolean on) {}

  record Count(int n) {}

  record BigNumber(long n) {}

  record Ratio(double r) {}

  record Wait(Duration time) {}

  record Size(DataSize size) {}

  record Place(Path path) {}

  record Address(URI uri) {}

  record Paint(Colour colour) {}

  record Text(String text) {}

  @Test
  void readsATextThatLooksLikeANumberAsItIsWritten() throws Exception {
    assertThat(binder.bind("text: 1.20", Text.class).text()).isEqualTo("1.20");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no", "on", "off", "Yes", "NO", "y"})
  void explainsThatTheTruthValuesOfOldYamlAreTexts(String word) {
    expectRefused(
        binder,
        "on: " + word,
        Truth.class,
        "configuration:1:5: on: "
            + word
            + " (expected: true or false; in YAML 1.2, yes, no, on and off are texts)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "True", "TRUE", "enabled"})
  void refusesOtherTruthValues(String word) {
    expectRefused(
        binder,
        "on: " + word,
        Truth.class,
        "configuration:1:5: on: " + word + " (expected: true or false)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "010", "0x10", "1_000", "+1", "1e3", "-0", "ten"})
  void refusesWhatIsNotAWholeDecimalNumber(String text) {
    expectRefused(
        binder,
        "n: " + text,
        Count.class,
        "configuration:1:4: n: " + text + " (expected: a whole number)");
  }

  @Test
  void refusesANumberInQuotes() {
    expectRefused(
        binder,
        "n: \"5\"",
        Count.class,
        "configuration:1:4: n: \"5\" (expected: a whole number, without quotes)");
  }

  @Test
  void refusesANumberThatDoesNotFit() {
    expectRefused(
        binder,
        "n: 2147483648",
        Count.class,
        "configuration:1:4: n: 2147483648 (expected: -2147483648..2147483647)");
    expectRefused(
        binder,
        "n: 9223372036854775808",
        BigNumber.class,
        "configuration:1:4: n: 9223372036854775808"
            + " (expected: -9223372036854775808..9223372036854775807)");
  }

  @ParameterizedTest
  @ValueSource(strings = {".5", "1.", "NaN", ".inf", "0x1p3", "half"})
  void refusesWhatIsNotADecimalFraction(String text) {
    expectRefused(
        binder,
        "r: " + text,
        Ratio.class,
        "configuration:1:4: r: " + text + " (expected: a number)");
  }

  @ParameterizedTest
  @CsvSource({"0s, 0", "250ms, 250", "30s, 30000", "5m, 300000", "2h, 7200000", "1d, 86400000"})
  void readsDurations(String text, long millis) throws Exception {
    assertThat(binder.bind("time: " + text, Wait.class).time())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "30", "30 s", "-5s", "1.5s", "PT30S", "30sec", "1m30s", "s"})
  void refusesDurationsInAnotherForm(String text) {
    expectRefused(
        binder,
        "time: " + text,
        Wait.class,
        "configuration:1:7: time: "
            + text
            + " (expected: a whole number with a unit of ms, s, m, h or d, such as 30s)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "16MB", "16 MiB", "1.5GiB", "-1B", "16mib", "16M"})
  void refusesSizesInAnotherForm(String text) {
    expectRefused(
        binder,
        "size: " + text,
        Size.class,
        "configuration:1:7: size: "
            + text
            + " (expected: a whole number with a unit of B, KiB, MiB or GiB, such as 16MiB)");
  }

  @ParameterizedTest
  @CsvSource({
    "x.crt, /opt/postern/x.crt",
    "../x, /opt/x",
    "/etc/x, /etc/x",
    "./a/./b, /opt/postern/a/b"
  })
  void takesPathsRelativeToTheInstallation(String text, Path path) throws Exception {
    assertThat(binder.bind("path: " + text, Place.class).path()).isEqualTo(path);
  }

  @Test
  void refusesAPathThatCountsOnAShell() {
    expectRefused(
        binder,
        "path: ~/x",
        Place.class,
        "configuration:1:7: path: ~/x (expected: a path; ~ has no meaning here)");
  }

  @Test
  void refusesAPathWithACharacterThatNoPathHas() {
    expectRefused(
        binder,
        "path: \"a\\0b\"",
        Place.class,
        "configuration:1:7: path: \"a\\u0000b\" (expected: a path)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "://x", "http://a b"})
  void refusesAnAddressWithoutScheme(String text) {
    expectRefused(
        binder,
        "uri: \"" + text + "\"",
        Address.class,
        "configuration:1:6: uri: \""
            + text
            + "\" (expected: an address with its scheme, such as ldap://host)");
  }

  @Test
  void saysWhichConstantsThereAre() {
    expectRefused(
        binder,
        "colour: green",
        Paint.class,
        "configuration:1:9: colour: green (expected: red, dark-blue)");
  }

  @Test
  void saysWhichConstantWasMeant() {
    expectRefused(
        binder,
        "colour: DarkBlu",
        Paint.class,
        "configuration:1:9: colour: DarkBlu (expected: red, dark-blue; did you mean dark-blue?)");
  }
}
