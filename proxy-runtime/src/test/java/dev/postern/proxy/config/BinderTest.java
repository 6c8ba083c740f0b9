package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.postern.api.DataSize;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BinderTest {
  private static final Path HOME = Path.of("/opt/postern");

  private final Binder binder = new Binder(HOME, Map.of("COUNT", "7", "EMPTY", ""));

  enum Colour {
    RED,
    DARK_BLUE
  }

  enum Version {
    V1;

    @Override
    public String toString() {
      return "1.0";
    }
  }

  record Everything(
      String text,
      boolean flag,
      int number,
      long bigNumber,
      double ratio,
      Colour colour,
      Version version,
      Duration delay,
      DataSize size,
      Path file,
      URI address,
      List<String> names,
      Map<String, Integer> weights,
      Inner inner,
      ConfigNode rest) {}

  record Inner(@Nullable String a, @Nullable Integer bTwo) {}

  record Section(Inner inner) {}

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

  record Texts(List<String> texts) {}

  record Weights(Map<String, Integer> weights) {}

  record Boxes(@Nullable Integer count, @Nullable List<Inner> inners) {}

  record Unsupported(Set<String> set) {}

  record Range(int least, int most) {
    Range {
      if (least > most) {
        throw new IllegalArgumentException("most: " + most + " (expected: " + least + "..)");
      }
    }
  }

  record Ranges(List<Range> ranges) {}

  record Strict(@Nullable String mode, @Nullable List<String> parts) {
    Strict {
      throw new IllegalArgumentException(
          "parts[1]: not this one\nmode: nor this\nTogether: they make no sense");
    }
  }

  record Careless(List<String> names) {
    Careless {
      Objects.checkIndex(99, names.size());
    }
  }

  record Placed(String a, Location location) {}

  @Test
  void bindsEverySupportedType() throws Exception {
    Everything bound =
        binder.bind(
            """
            text: hello world
            flag: true
            number: -12
            big-number: 9999999999
            ratio: 0.75
            colour: dark-blue
            version: 1.0
            delay: 1500ms
            size: 64KiB
            file: conf/x.crt
            address: ldap://host:389
            names: [a, "b"]
            weights: {one: 1, two: 2}
            inner: {a: x, b-two: 2}
            rest: {any: [thing]}
            """,
            Everything.class);

    assertThat(bound)
        .usingRecursiveComparison()
        .ignoringFields("rest")
        .isEqualTo(
            new Everything(
                "hello world",
                true,
                -12,
                9_999_999_999L,
                0.75,
                Colour.DARK_BLUE,
                Version.V1,
                Duration.ofMillis(1500),
                DataSize.ofKibibytes(64),
                HOME.resolve("conf/x.crt"),
                URI.create("ldap://host:389"),
                List.of("a", "b"),
                Map.of("one", 1, "two", 2),
                new Inner("x", 2),
                bound.rest()));
    assertThat(bound.rest()).isInstanceOf(ConfigNode.Mapping.class);
  }

  @Test
  void leavesNullableComponentsNull() throws Exception {
    assertThat(binder.bind("{}", Boxes.class)).isEqualTo(new Boxes(null, null));
  }

  @Test
  void takesAKeyWithoutValueAsNotSet() throws Exception {
    assertThat(binder.bind("count:\ninners: ~\n", Boxes.class)).isEqualTo(new Boxes(null, null));
  }

  @Test
  void makesASectionOfWhichEverythingMayBeLeftOut() throws Exception {
    assertThat(binder.bind("{}", Section.class)).isEqualTo(new Section(new Inner(null, null)));
  }

  @Test
  void tellsARecordWhereItStands() throws Exception {
    assertThat(binder.bind("# here\na: b\n", Placed.class).location())
        .isEqualTo(new Location("configuration", 2, 1, ""));
  }

  @Test
  void keepsTheOrderOfAMap() throws Exception {
    assertThat(binder.bind("weights: {z: 1, a: 2, m: 3}", Weights.class).weights().keySet())
        .containsExactly("z", "a", "m");
  }

  @Test
  void readsATextThatLooksLikeANumberAsItIsWritten() throws Exception {
    assertThat(binder.bind("text: 1.20", Text.class).text()).isEqualTo("1.20");
  }

  @Test
  void requiresWhatIsNotNullable() {
    assertRefused("{}", Count.class, "configuration:1:1: n: missing (expected: a whole number)");
  }

  @Test
  void requiresAValueOfWhatIsNotNullable() {
    assertRefused("n:", Count.class, "configuration:1:3: n: missing (expected: a whole number)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "no", "on", "off", "Yes", "NO", "y"})
  void explainsThatTheTruthValuesOfOldYamlAreTexts(String word) {
    assertRefused(
        "on: " + word,
        Truth.class,
        "configuration:1:5: on: "
            + word
            + " (expected: true or false; in YAML 1.2, yes, no, on and off are texts)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "True", "TRUE", "enabled"})
  void refusesOtherTruthValues(String word) {
    assertRefused(
        "on: " + word,
        Truth.class,
        "configuration:1:5: on: " + word + " (expected: true or false)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.5", "010", "0x10", "1_000", "+1", "1e3", "-0", "ten"})
  void refusesWhatIsNotAWholeDecimalNumber(String text) {
    assertRefused(
        "n: " + text, Count.class, "configuration:1:4: n: " + text + " (expected: a whole number)");
  }

  @Test
  void refusesANumberInQuotes() {
    assertRefused(
        "n: \"5\"",
        Count.class,
        "configuration:1:4: n: \"5\" (expected: a whole number, without quotes)");
  }

  @Test
  void refusesANumberThatDoesNotFit() {
    assertRefused(
        "n: 2147483648",
        Count.class,
        "configuration:1:4: n: 2147483648 (expected: -2147483648..2147483647)");
    assertRefused(
        "n: 9223372036854775808",
        BigNumber.class,
        "configuration:1:4: n: 9223372036854775808"
            + " (expected: -9223372036854775808..9223372036854775807)");
  }

  @ParameterizedTest
  @ValueSource(strings = {".5", "1.", "NaN", ".inf", "0x1p3", "half"})
  void refusesWhatIsNotADecimalFraction(String text) {
    assertRefused(
        "r: " + text, Ratio.class, "configuration:1:4: r: " + text + " (expected: a number)");
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
    assertRefused(
        "time: " + text,
        Wait.class,
        "configuration:1:7: time: "
            + text
            + " (expected: a whole number with a unit of ms, s, m, h or d, such as 30s)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"16", "16MB", "16 MiB", "1.5GiB", "-1B", "16mib", "16M"})
  void refusesSizesInAnotherForm(String text) {
    assertRefused(
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
    assertRefused(
        "path: ~/x",
        Place.class,
        "configuration:1:7: path: ~/x (expected: a path; ~ has no meaning here)");
  }

  @Test
  void refusesAPathWithACharacterThatNoPathHas() {
    assertRefused(
        "path: \"a\\0b\"",
        Place.class,
        "configuration:1:7: path: \"a\\u0000b\" (expected: a path)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "://x", "http://a b"})
  void refusesAnAddressWithoutScheme(String text) {
    assertRefused(
        "uri: \"" + text + "\"",
        Address.class,
        "configuration:1:6: uri: \""
            + text
            + "\" (expected: an address with its scheme, such as ldap://host)");
  }

  @Test
  void saysWhichConstantsThereAre() {
    assertRefused(
        "colour: green",
        Paint.class,
        "configuration:1:9: colour: green (expected: red, dark-blue)");
  }

  @Test
  void saysWhichConstantWasMeant() {
    assertRefused(
        "colour: DarkBlu",
        Paint.class,
        "configuration:1:9: colour: DarkBlu (expected: red, dark-blue; did you mean dark-blue?)");
  }

  @Test
  void refusesAListWhereASingleValueIsExpected() {
    assertRefused("n: [1]", Count.class, "configuration:1:4: n: a list (expected: a whole number)");
  }

  @Test
  void refusesASingleValueWhereAListIsExpected() {
    assertRefused(
        "texts: secret",
        Texts.class,
        "configuration:1:8: texts: a single value (expected: a list)");
  }

  @Test
  void refusesASingleValueWhereKeysAreExpected() {
    assertRefused(
        "inner: secret",
        Section.class,
        "configuration:1:8: inner: a single value (expected: the keys a, b-two)");
    assertRefused(
        "weights: secret",
        Weights.class,
        "configuration:1:10: weights: a single value (expected: keys with values)");
  }

  @Test
  void refusesAnItemWithoutValue() {
    assertRefused(
        "texts:\n  - a\n  -\n",
        Texts.class,
        "configuration:3:4: texts[1]: missing (expected: a text)");
  }

  @Test
  void saysWhichKeyWasMeant() {
    assertRefused(
        "inner: {bTow: 2}",
        Section.class,
        "configuration:1:9: inner.bTow: unknown setting, did you mean \"b-two\"?");
  }

  @Test
  void saysWhichKeysThereAreIfNoneIsNear() {
    assertRefused(
        "inner: {password: hunter2}",
        Section.class,
        "configuration:1:9: inner.password: unknown setting (known here: a, b-two)");
  }

  @Test
  void reportsARefusalAtTheValueThatItNames() {
    assertRefused(
        "ranges:\n  - {least: 1, most: 2}\n  - {least: 5, most: 3}\n",
        Ranges.class,
        "configuration:3:22: ranges[1].most: 3 (expected: 5..)");
  }

  @Test
  void reportsEachLineOfARefusal() {
    assertRefused(
        "parts: [a, b]\n",
        Strict.class,
        """
        configuration:1:1: mode: nor this
        configuration:1:1: Together: they make no sense
        configuration:1:12: parts[1]: not this one""");
  }

  @Test
  void reportsAConstructorThatFails() {
    assertRefused(
        "names: [a]",
        Careless.class,
        "configuration:1:1: refused with java.lang.IndexOutOfBoundsException: Index 99 out of"
            + " bounds for length 1");
  }

  @Test
  void saysWhichTypeIsNotSupported() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> binder.bind("set: [a]", Unsupported.class))
        .withMessageContaining("java.util.Set<java.lang.String>");
  }

  @Test
  void takesAValueFromTheEnvironment() throws Exception {
    assertThat(binder.bind("n: {env: COUNT}", Count.class).n()).isEqualTo(7);
  }

  @Test
  void takesTheDefaultOfAVariableThatIsNotSet() throws Exception {
    assertThat(binder.bind("n: {env: NOT_SET, default: 3}", Count.class).n()).isEqualTo(3);
    assertThat(binder.bind("n: {env: COUNT, default: 3}", Count.class).n()).isEqualTo(7);
  }

  @Test
  void refusesAVariableThatIsNotSetOrEmpty() {
    assertRefused(
        "n: {env: NOT_SET}",
        Count.class,
        "configuration:1:10: n.env: environment variable NOT_SET is not set");
    assertRefused(
        "n: {env: EMPTY}",
        Count.class,
        "configuration:1:10: n.env: environment variable EMPTY is empty");
  }

  @Test
  void doesNotShowAValueFromTheEnvironment() {
    assertRefused(
        "on: {env: COUNT}",
        Truth.class,
        "configuration:1:5: on: the variable's value (expected: true or false)");
  }

  private void assertRefused(String yaml, Class<? extends Record> type, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind(yaml, type))
        .withMessage(message);
  }
}
