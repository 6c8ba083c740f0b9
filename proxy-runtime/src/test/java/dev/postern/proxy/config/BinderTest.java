package dev.postern.proxy.config;

import static dev.postern.proxy.config.Refusals.expectRefused;
import static org.assertj.core.api.Assertions.assertThat;
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
  void requiresWhatIsNotNullable() {
    expectRefused(
        binder, "{}", Count.class, "configuration:1:1: n: missing (expected: a whole number)");
  }

  @Test
  void requiresAValueOfWhatIsNotNullable() {
    expectRefused(
        binder, "n:", Count.class, "configuration:1:3: n: missing (expected: a whole number)");
  }

  @Test
  void refusesAListWhereASingleValueIsExpected() {
    expectRefused(
        binder, "n: [1]", Count.class, "configuration:1:4: n: a list (expected: a whole number)");
  }

  @Test
  void refusesASingleValueWhereAListIsExpected() {
    expectRefused(
        binder,
        "texts: secret",
        Texts.class,
        "configuration:1:8: texts: a single value (expected: a list)");
  }

  @Test
  void refusesASingleValueWhereKeysAreExpected() {
    expectRefused(
        binder,
        "inner: secret",
        Section.class,
        "configuration:1:8: inner: a single value (expected: the keys a, b-two)");
    expectRefused(
        binder,
        "weights: secret",
        Weights.class,
        "configuration:1:10: weights: a single value (expected: keys with values)");
  }

  @Test
  void refusesAnItemWithoutValue() {
    expectRefused(
        binder,
        "texts:\n  - a\n  -\n",
        Texts.class,
        "configuration:3:4: texts[1]: missing (expected: a text)");
  }

  @Test
  void saysWhichKeyWasMeant() {
    expectRefused(
        binder,
        "inner: {bTow: 2}",
        Section.class,
        "configuration:1:9: inner.bTow: unknown setting, did you mean \"b-two\"?");
  }

  @Test
  void saysWhichKeysThereAreIfNoneIsNear() {
    expectRefused(
        binder,
        "inner: {password: hunter2}",
        Section.class,
        "configuration:1:9: inner.password: unknown setting (known here: a, b-two)");
  }

  @Test
  void reportsARefusalAtTheValueThatItNames() {
    expectRefused(
        binder,
        "ranges:\n  - {least: 1, most: 2}\n  - {least: 5, most: 3}\n",
        Ranges.class,
        "configuration:3:22: ranges[1].most: 3 (expected: 5..)");
  }

  @Test
  void reportsEachLineOfARefusal() {
    expectRefused(
        binder,
        "parts: [a, b]\n",
        Strict.class,
        """
        configuration:1:1: mode: nor this
        configuration:1:1: Together: they make no sense
        configuration:1:12: parts[1]: not this one""");
  }

  @Test
  void reportsAConstructorThatFails() {
    expectRefused(
        binder,
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
    expectRefused(
        binder,
        "n: {env: NOT_SET}",
        Count.class,
        "configuration:1:10: n.env: environment variable NOT_SET is not set");
    expectRefused(
        binder,
        "n: {env: EMPTY}",
        Count.class,
        "configuration:1:10: n.env: environment variable EMPTY is empty");
  }

  @Test
  void doesNotShowAValueFromTheEnvironment() {
    expectRefused(
        binder,
        "on: {env: COUNT}",
        Truth.class,
        "configuration:1:5: on: the variable's value (expected: true or false)");
  }
}
