package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LimitsConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "limits: []                                             | limits: empty",
        "limits: [{name: a}]                                    | limits nothing",
        "limits: [{name: '', concurrent: 1}]                    | name: expected: 1..100",
        "limits: [{name: a, concurrent: 0}]                     | concurrent: 0 (expected: 1",
        "limits: [{name: a, concurrent: 1}, {name: a, rows: {rate: 1}}] | two are named \"a\"",
        "limits: [{name: a, rows: {rate: 0}}]                   | rate: 0 (expected: 1..",
        "limits: [{name: a, rows: {rate: 1, burst: 0}}]         | burst: 0 (expected: 1",
        "limits: [{name: a, rows: {rate: 1, per: 2d}}]          | per",
        "limits: [{name: a, rows: {rate: 1, per: 24h, burst: 1000}}] | more than 366 days",
        "limits: [{name: a, result-bytes: {rate: 0B}}]          | rate: 0B",
        "limits: [{name: a, sent-bytes: {rate: 5}}]             | rate",
        "limits: [{name: a, concurrent: 1, by: [user, user]}]   | by: names something twice",
        "limits: [{name: a, concurrent: 1, by: [planet]}]       | planet",
        "limits: [{name: a, concurrent: 1, action: maybe}]      | maybe",
        "limits: [{name: a, concurrent: 1, max-delay: 1s}]      | only with \"action: delay\"",
        "limits: [{name: a, concurrent: 1, action: delay, max-delay: 2h}] | expected: 1ms..1h",
        "limits: [{name: a, concurrent: 1, match: {user: []}}]  | user: empty",
        "limits: [{name: a, concurrent: 1, colour: red}]        | colour",
        "{limits: [{name: a, concurrent: 1}], max-buckets: 1}   | max-buckets: 1 (expected: 16..",
      })
  void badConfigurationIsRefusedWithItsReason(String yaml, String reason) {
    assertThatThrownBy(() -> Play.bind(yaml)).hasMessageContaining(reason);
  }
}
