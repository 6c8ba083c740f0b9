package dev.postern.plugins.staticroutes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class HealthTest {
  private static final Duration FIRST = Duration.ofSeconds(5);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long SECOND = 1_000_000_000L;

  private double random = 0.5;
  private final Health health = new Health(FIRST, LIMIT, () -> random);

  @Test
  void aBackendIsUpUntilItFails() {
    assertThat(health.isUp()).isTrue();
    health.failed(0);
    assertThat(health.isUp()).isFalse();
  }

  @Test
  void onlyTheFirstFailureIsNews() {
    assertThat(health.failed(0)).isEqualTo(FIRST);
    assertThat(health.failed(0)).isNull();
  }

  @Test
  void aBackendThatIsDownIsLeftAloneUntilItsTimeHasCome() {
    health.failed(0);
    assertThat(health.claimTrial(5 * SECOND - 1)).isFalse();
    assertThat(health.claimTrial(5 * SECOND)).isTrue();
  }

  @Test
  void onlyOneSessionGetsTheTrial() {
    health.failed(0);
    health.claimTrial(5 * SECOND);
    assertThat(health.claimTrial(5 * SECOND)).isFalse();
  }

  @Test
  void aTrialOfWhichNothingIsHeardIsGivenToAnother() {
    health.failed(0);
    health.claimTrial(5 * SECOND);
    assertThat(health.claimTrial(10 * SECOND)).isTrue();
  }

  @Test
  void theTimeDoublesWithEveryFailedTrialUpToTheLimit() {
    health.failed(0);
    long now = 0;
    for (int delay : new int[] {5, 10, 20, 30, 30}) {
      now += delay * SECOND;
      assertThat(health.claimTrial(now - 1)).isFalse();
      assertThat(health.claimTrial(now)).isTrue();
      assertThat(health.failed(now)).isNull();
    }
  }

  @Test
  void failuresOfSessionsThatTriedItAsALastResortDoNotProlongTheTime() {
    health.failed(0);
    for (int i = 0; i < 50; i++) {
      health.failed(i);
    }
    assertThat(health.claimTrial(5 * SECOND)).isTrue();
  }

  @Test
  void theTimeIsSpreadByAFifthEitherWay() {
    random = 0;
    health.failed(0);
    assertThat(health.claimTrial(4 * SECOND)).isTrue();
    random = 1;
    health.failed(10 * SECOND);
    assertThat(health.claimTrial(22 * SECOND - 1)).isFalse();
    assertThat(health.claimTrial(22 * SECOND)).isTrue();
  }

  @Test
  void anAnswerBringsItBackAndResetsTheTime() {
    health.failed(0);
    health.claimTrial(5 * SECOND);
    health.failed(5 * SECOND);
    assertThat(health.answered()).isTrue();
    assertThat(health.answered()).isFalse();
    assertThat(health.failed(6 * SECOND)).isEqualTo(FIRST);
    assertThat(health.claimTrial(11 * SECOND)).isTrue();
  }
}
