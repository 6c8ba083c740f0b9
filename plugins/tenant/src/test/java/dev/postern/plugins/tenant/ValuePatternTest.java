package dev.postern.plugins.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ValuePatternTest {
  @ParameterizedTest
  @CsvSource({
    "acme,acme,true",
    "acme,ACME,false",
    "acme,acme2,false",
    "a.c,abc,false",
    "acme*,acme,true",
    "*_app,x_app,true",
    "*,'',true",
    "{t},acme,true",
    "{t},'',false",
    "{t}.db.example.com,acme.db.example.com,true",
    "{t}.db.example.com,a.b.db.example.com,false",
    "{t},a/b,false",
    "{t},a b,false",
    "{t},ä,false",
    "{t},'a''b',false",
  })
  void matchesAsItReads(String pattern, String value, boolean expected) {
    assertThat(ValuePattern.of(pattern).matches(value, new HashMap<>())).isEqualTo(expected);
  }

  @Test
  void findsWhatPlaceholdersStandFor() {
    Map<String, String> found = new HashMap<>();
    assertThat(ValuePattern.of("{t}_{stage}").matches("acme_test", found)).isTrue();
    assertThat(found).isEqualTo(Map.of("t", "acme", "stage", "test"));
  }

  @Test
  void onePlaceholderHasOneValue() {
    Map<String, String> found = new HashMap<>(Map.of("t", "acme"));
    assertThat(ValuePattern.of("{t}").matches("globex", found)).isFalse();
    assertThat(ValuePattern.of("{t}").matches("acme", found)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{T}", "{", "}", "{}", "{a", "a}b", "{a}{b}{c}", "***"})
  void whatIsNoPatternIsRefused(String text) {
    assertThatThrownBy(() -> ValuePattern.of(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLongValueCostsLittle() {
    String value = "a".repeat(ValuePattern.LONGEST);
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(ValuePattern.of("*a*b").matches(value, new HashMap<>())).isFalse();
          }
        });
    assertThat(ValuePattern.of("*").matches(value + "a", new HashMap<>())).isFalse();
  }
}
