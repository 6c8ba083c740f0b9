package dev.postern.proxy.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DeallocationTest {
  @ParameterizedTest
  @CsvSource({
    "DEALLOCATE s1, s1",
    "deallocate prepare S1;, s1",
    "' DEALLOCATE \"My Plan\" ; ', My Plan",
  })
  void findsTheNameAsServersReadIt(String text, String name) {
    assertThat(Deallocation.nameIn(text)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DEALLOCATE a; SELECT 1", "DEALLOCATE /* all? */ a", "DEALLOCATE 1"})
  void leavesAloneWhatIsNotPlain(String text) {
    assertThat(Deallocation.nameIn(text)).isNull();
  }

  @Test
  void findsAWordThatMayBeAName() {
    assertThat(Deallocation.nameIn("DEALLOCATE PREPARE")).isEqualTo("prepare");
  }
}
