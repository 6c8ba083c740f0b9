package dev.postern.api.intercept;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.SessionNames.Given;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SessionNamesTest {
  /** With the empty name and with another. */
  @ParameterizedTest
  @ValueSource(strings = {"", "s"})
  @Retention(RetentionPolicy.RUNTIME)
  private @interface UnnamedAndNamed {}

  private final SessionNames<String> names = new SessionNames<>(3);

  @UnnamedAndNamed
  void aNameCountsInItsOwnCycleAtOnceAndWhenTheServerHasSaidSoForGood(String name) {
    give(name, "first", 1);
    Given<String> second = names.give(name, "second", 2);
    assertThat(names.get(name, 2)).isEqualTo("second");
    assertThat(names.get(name, 3)).as("it may fail, and be the first").isNull();

    assertThat(second.confirmed()).isEqualTo("first");
    assertThat(names.get(name, 3)).isEqualTo("second");
  }

  @UnnamedAndNamed
  void aNameThatWasNotGivenStandsForWhatItStoodForBefore(String name) {
    give(name, "first", 1);
    names.give(name, "second", 2).failed();
    assertThat(names.get(name, 3)).isEqualTo("first");
  }

  @UnnamedAndNamed
  void theFirstOfANameCannotBeAnotherInLaterCycles(String name) {
    Given<String> only = names.give(name, "only", 1);
    assertThat(names.get(name, 2)).isEqualTo("only");
    only.failed();
    assertThat(names.get(name, 2)).isNull();
  }

  @UnnamedAndNamed
  void ofThoseUnderWayTheLatestCountsWhateverBecomesOfTheOthers(String name) {
    Given<String> first = names.give(name, "first", 1);
    Given<String> second = names.give(name, "second", 1);
    first.failed();
    assertThat(names.get(name, 1)).isEqualTo("second");
    second.failed();
    assertThat(names.get(name, 1)).isNull();
    assertThat(names.isEmpty()).isTrue();
  }

  @UnnamedAndNamed
  void aNameThatIsTakenStandsForNothing(String name) {
    give(name, "first", 1);
    Given<String> taken = names.take(name, 2);
    assertThat(names.get(name, 2)).isNull();
    assertThat(names.isEmpty()).isFalse();
    assertThat(taken.confirmed()).isEqualTo("first");
    assertThat(names.isEmpty()).isTrue();
  }

  @UnnamedAndNamed
  void whatWasSentBeforeSqlChangedNamesIsNotKnownWhenItIsConfirmed(String name) {
    give(name, "before", 1);
    Given<String> underWay = names.give(name, "under way", 2);
    names.forgetAll();
    assertThat(names.get(name, 2)).isNull();
    assertThat(underWay.isForgotten()).isTrue();
    underWay.confirmed();
    assertThat(names.get(name, 2)).isNull();

    give(name, "behind", 3);
    assertThat(names.get(name, 4)).isEqualTo("behind");
  }

  @Test
  void ofSomeNamesThatSqlHasChangedNothingIsKnownAndOfOthersEverything() {
    give("", "empty", 1);
    give("s", "before", 1);
    give("t", "other", 1);
    names.forget(Set.of("s"));
    assertThat(names.get("s", 2)).isNull();
    assertThat(names.get("t", 2)).isEqualTo("other");
    assertThat(names.get("", 2)).isEqualTo("empty");

    Given<String> behind = names.give("s", "behind", 3);
    assertThat(behind.isForgotten()).isFalse();
    assertThat(names.get("s", 4)).as("the server may have refused it").isNull();
    behind.confirmed();
    assertThat(names.get("s", 4)).isEqualTo("behind");
  }

  @Test
  void aNameThatSqlHasChangedIsNotKnownWhenWhatWasSentBeforeIsConfirmed() {
    Given<String> first = names.give("s", "first", 1);
    Given<String> second = names.give("s", "second", 2);
    names.forget(Set.of("s"));
    assertThat(names.get("s", 2)).isNull();
    first.confirmed();
    assertThat(names.get("s", 2)).isNull();
    second.confirmed();
    assertThat(names.get("s", 2)).isNull();
  }

  @Test
  void whatIsForgottenWeighsNothing() {
    SessionNames<String> few = new SessionNames<>(5, 10, String::length, (name, value) -> {});
    few.give("a", "0123456", 1).confirmed();
    few.forget(Set.of("a"));
    few.give("b", "012345", 1).confirmed();
    few.give("c", "01", 1).confirmed();
    assertThat(few.get("b", 2)).isEqualTo("012345");
  }

  @Test
  void theOldestNamesAreForgottenAndTheEmptyOneIsNot() {
    List<String> dropped = new ArrayList<>();
    SessionNames<String> few =
        new SessionNames<>(2, 10, String::length, (name, value) -> dropped.add(name));
    for (String name : List.of("", "a", "b", "c")) {
      few.give(name, "1", 1).confirmed();
    }
    assertThat(dropped).containsExactly("a");
    few.give("d", "0123456789", 2).confirmed();
    assertThat(dropped).containsExactly("a", "b", "c");
    assertThat(few.get("", 3)).isEqualTo("1");
    assertThat(few.get("d", 3)).isEqualTo("0123456789");
  }

  @Test
  void whatIsConfirmedIsTakenTogetherAndWhatIsUnderWayStays() {
    assertThat(names.takeConfirmed()).isEmpty();
    give("", "1", 1);
    assertThat(names.takeConfirmed()).containsExactly("1");
    give("", "1", 1);
    give("p", "2", 1);
    Given<String> underWay = names.give("", "3", 2);
    assertThat(names.takeConfirmed()).containsExactly("1", "2");
    underWay.confirmed();
    assertThat(names.takeConfirmed()).containsExactly("3");
    assertThat(names.isEmpty()).isTrue();
  }

  @UnnamedAndNamed
  void aNameThatWasTakenAndIsGivenAgainCountsInItsCycleAndWhenItIsConfirmed(String name) {
    give(name, "first", 1);
    Given<String> taken = names.take(name, 2);
    Given<String> second = names.give(name, "second", 2);
    assertThat(names.get(name, 2)).isEqualTo("second");
    assertThat(names.get(name, 3)).as("both may be skipped").isNull();
    taken.confirmed();
    second.confirmed();
    assertThat(names.get(name, 3)).isEqualTo("second");
  }

  @UnnamedAndNamed
  void aCloseThatIsSkippedTakesNothing(String name) {
    give(name, "first", 1);
    names.take(name, 2).failed();
    assertThat(names.get(name, 3)).isEqualTo("first");
  }

  @Test
  void theServerLooksAtSixtyThreeBytesOfAName() {
    String cut = "n".repeat(63);
    give(cut + "x", "long", 1);
    assertThat(names.get(cut, 2)).isEqualTo("long");
    assertThat(names.get(cut + "y", 2)).isEqualTo("long");
    assertThat(names.get("n".repeat(62), 2)).isNull();
    assertThat(names.take(cut + "z", 2).confirmed()).isEqualTo("long");
  }

  @Test
  void ofANameBeyondAsciiNothingIsKnown() {
    give("ä", "first", 1);
    assertThat(names.get("ä", 1)).isNull();
    Given<String> given = names.give("n".repeat(62) + "ä", "second", 1);
    assertThat(names.get("n".repeat(62) + "ä", 1)).isNull();
    given.failed();
    assertThat(names.take("ä", 2).confirmed()).isNull();
    assertThat(names.isEmpty()).isTrue();
  }

  @Test
  void lettersBeyondAsciiThatAreCutOffDoNotMatter() {
    give("n".repeat(63) + "ä", "long", 1);
    assertThat(names.get("n".repeat(63), 2)).isEqualTo("long");
  }

  @Test
  void onceNamesWereForgottenANewNameMayBeAnOldOne() {
    names.forgetAll();
    Given<String> given = names.give("s", "perhaps refused", 1);
    assertThat(names.get("s", 1)).isEqualTo("perhaps refused");
    assertThat(names.get("s", 2)).isNull();
    given.confirmed();
    assertThat(names.get("s", 2)).isEqualTo("perhaps refused");
  }

  @Test
  void onceNamesWereDroppedANewNameMayBeAnOldOne() {
    for (String name : List.of("a", "b", "c", "d")) {
      give(name, name, 1);
    }
    assertThat(names.get("a", 2)).isNull();
    names.give("a", "perhaps refused", 3);
    assertThat(names.get("a", 4)).isNull();
  }

  private void give(String name, String value, long cycle) {
    names.give(name, value, cycle).confirmed();
  }
}
