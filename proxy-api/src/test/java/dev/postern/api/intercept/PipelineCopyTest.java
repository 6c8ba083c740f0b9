package dev.postern.api.intercept;

import static dev.postern.api.intercept.Pipeline.Request.BIND;
import static dev.postern.api.intercept.Pipeline.Request.EXECUTE;
import static dev.postern.api.intercept.Pipeline.Request.PARSE;
import static dev.postern.api.intercept.Pipeline.Request.QUERY;
import static dev.postern.api.intercept.Pipeline.Request.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Pipeline.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What answers what, where rows are copied to the server, or messages say so that are not true. */
final class PipelineCopyTest {
  private final Pipeline<String> pipeline = new Pipeline<>();
  private final List<String> skipped = new ArrayList<>();

  private void sent(Request request, String note) {
    assertThat(pipeline.sent(request, note)).isTrue();
  }

  private void assertAnswered(String query) {
    assertThat(pipeline.described()).isEqualTo(query);
    assertThat(pipeline.executed()).isEqualTo(query);
    assertThat(pipeline.ready()).isEqualTo(query);
  }

  private void assertLost() {
    assertThat(pipeline.isLost()).isTrue();
  }

  /** By Query, as psql, pgjdbc and asyncpg copy. */
  @Nested
  final class ByQuery {
    @Test
    void rowsAreCopied() {
      sent(QUERY, "copy");
      pipeline.copyInBegan();
      pipeline.copyEndSent();
      assertThat(pipeline.executed()).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("copy");
      assertThat(pipeline.isEmpty()).isTrue();
    }

    @Test
    void twoCopiesInOneQueryHaveAnEndEach() {
      sent(QUERY, "copies");
      pipeline.copyEndSent();
      pipeline.copyEndSent();
      sent(QUERY, "behind");
      for (int i = 0; i < 2; i++) {
        pipeline.copyInBegan();
        assertThat(pipeline.executed()).isEqualTo("copies");
      }
      assertThat(pipeline.ready()).isEqualTo("copies");
      assertAnswered("behind");
    }

    @Test
    void syncsBeforeTheRowsEndAreIgnoredAndThoseBehindItAreNot() {
      sent(QUERY, "copy");
      sent(SYNC, "before");
      pipeline.copyInBegan();
      assertThat(pipeline.sent(SYNC, "among the rows")).isFalse();
      pipeline.copyEndSent();
      sent(SYNC, "behind");
      assertThat(pipeline.executed()).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("behind");
    }

    @Test
    void theSyncsOfASecondCopyAreIgnoredToo() {
      sent(QUERY, "copies");
      sent(SYNC, "1");
      pipeline.copyEndSent();
      sent(SYNC, "2");
      pipeline.copyEndSent();
      sent(QUERY, "behind");
      pipeline.copyInBegan();
      pipeline.executed();
      pipeline.copyInBegan();
      pipeline.executed();
      assertThat(pipeline.ready()).isEqualTo("copies");
      assertAnswered("behind");
    }

    @Test
    void aCopyThatIsRefusedBeforeItBeginsLeavesItsEndAside() {
      sent(QUERY, "copy");
      pipeline.copyEndSent();
      sent(SYNC, "sync");
      sent(QUERY, "behind");
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("sync");
      assertAnswered("behind");
    }

    @Test
    void aBadRowAmongSyncsMayOrMayNotHaveThemAnswered() {
      for (boolean answered : new boolean[] {false, true}) {
        sent(QUERY, "copy");
        sent(SYNC, "sync");
        pipeline.copyInBegan();
        pipeline.copyEndSent();
        sent(QUERY, "behind");
        assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
        assertThat(pipeline.ready()).isEqualTo("copy");
        if (answered) {
          assertThat(pipeline.ready()).isNull();
        }
        assertAnswered("behind");
        assertThat(pipeline.isLost()).isFalse();
      }
    }

    @Test
    void aQueryInThePlaceOfRowsLosesTheOrderIfTheCopyFails() {
      sent(QUERY, "copy");
      pipeline.copyInBegan();
      sent(QUERY, "instead");
      assertThat(pipeline.failed(skipped::add)).isNull();
      assertLost();
    }
  }

  /** As libpq copies where a statement has parameters, or was prepared. */
  @Nested
  final class ByExecute {
    private void begin() {
      sent(EXECUTE, "copy");
      sent(SYNC, "before");
      pipeline.copyInBegan();
    }

    private void end() {
      pipeline.copyEndSent();
      sent(SYNC, "behind");
    }

    @Test
    void rowsAreCopied() {
      begin();
      end();
      assertThat(pipeline.executed()).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("behind");
      assertThat(pipeline.isEmpty()).isTrue();
    }

    @Test
    void aBadRowIsAnsweredAtTheSyncBehindTheRows() {
      begin();
      end();
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("behind");
      sent(PARSE, "next");
      assertThat(pipeline.parseComplete()).isEqualTo("next");
    }

    @Test
    void aBadRowThatIsRefusedWhileOthersAreStillSentIsAnsweredAtTheSyncBehindThem() {
      begin();
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.isSkipping()).isTrue();
      end();
      assertThat(pipeline.ready()).isEqualTo("behind");
      assertThat(pipeline.isSkipping()).isFalse();
    }

    @Test
    void aTriggerThatFailsBeforeTheFirstRowHasBothSyncsAnswered() {
      begin();
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.ready()).isNull();
      assertThat(pipeline.isSkipping()).isFalse();
      end();
      assertThat(pipeline.ready()).isEqualTo("behind");
      assertThat(pipeline.isLost()).isFalse();
    }

    @Test
    void bothMayBeAnsweredBehindTheRows() {
      begin();
      end();
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("behind");
      sent(QUERY, "next");
      assertThat(pipeline.ready()).isNull();
      assertAnswered("next");
      assertThat(pipeline.isLost()).isFalse();
    }

    @Test
    void onceAnythingBehindIsAnsweredNoMoreSyncsCanBe() {
      begin();
      end();
      pipeline.failed(skipped::add);
      pipeline.ready();
      sent(QUERY, "next");
      assertAnswered("next");
      assertThat(pipeline.ready()).isNull();
      assertLost();
    }

    @Test
    void whatTheServerMayHaveSkippedOrNotLosesTheOrder() {
      sent(EXECUTE, "copy");
      sent(SYNC, "perhaps ignored");
      pipeline.copyEndSent();
      sent(PARSE, "perhaps skipped");
      sent(SYNC, "behind");
      pipeline.copyInBegan();
      assertThat(pipeline.failed(skipped::add)).isNull();
      assertLost();
    }

    @Test
    void whatIsSentBeforeItIsKnownWhetherTheServerSkipsLosesTheOrder() {
      begin();
      pipeline.failed(skipped::add);
      assertThat(pipeline.sent(PARSE, "perhaps skipped")).isFalse();
      assertLost();
    }

    @Test
    void withoutSyncsAmongTheRowsWhatIsBehindIsSkippedForCertain() {
      sent(EXECUTE, "copy");
      pipeline.copyInBegan();
      pipeline.copyEndSent();
      sent(PARSE, "parse");
      sent(SYNC, "sync");
      sent(BIND, "bind");
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(skipped).containsExactly("parse");
      assertThat(pipeline.ready()).isEqualTo("sync");
      assertThat(pipeline.bindComplete()).isEqualTo("bind");
    }

    @Test
    void aCopyThatIsRefusedBeforeItBeginsIsFollowedByASyncThatCounts() {
      sent(EXECUTE, "copy");
      sent(SYNC, "before");
      end();
      sent(QUERY, "next");
      assertThat(pipeline.failed(skipped::add)).isEqualTo("copy");
      assertThat(pipeline.ready()).isEqualTo("before");
      assertThat(pipeline.ready()).isEqualTo("behind");
      assertAnswered("next");
    }
  }

  @Test
  void anEndOfRowsThatNobodyAskedForTakesNoSyncAway() {
    sent(EXECUTE, "select");
    sent(SYNC, "sync");
    pipeline.copyEndSent();
    sent(EXECUTE, "secret");
    sent(SYNC, "behind");
    assertThat(pipeline.executed()).isEqualTo("select");
    assertThat(pipeline.ready()).isEqualTo("sync");
    assertThat(pipeline.executed()).isEqualTo("secret");
    assertThat(pipeline.ready()).isEqualTo("behind");
  }

  @Test
  void endsOfRowsThatNobodyAskedForMayStandAnywhere() {
    pipeline.copyEndSent();
    sent(QUERY, "select");
    pipeline.copyEndSent();
    pipeline.copyEndSent();
    sent(PARSE, "parse");
    pipeline.copyEndSent();
    sent(SYNC, "sync");
    pipeline.copyEndSent();
    assertAnswered("select");
    assertThat(pipeline.parseComplete()).isEqualTo("parse");
    assertThat(pipeline.ready()).isEqualTo("sync");
    assertThat(pipeline.isEmpty()).isTrue();
  }

  @Test
  void rowsThatEndWithoutAnEndLoseTheOrder() {
    sent(QUERY, "copy");
    pipeline.copyInBegan();
    assertThat(pipeline.executed()).isNull();
    assertLost();
  }

  @Test
  void rowsThatNoStatementAsksForLoseTheOrder() {
    sent(PARSE, "parse");
    pipeline.copyInBegan();
    assertLost();
  }

  @Test
  void resultsAmongTheRowsLoseTheOrder() {
    sent(QUERY, "copy");
    pipeline.copyInBegan();
    assertThat(pipeline.described()).isNull();
    assertLost();
  }

  @Test
  void readyAmongTheRowsLosesTheOrder() {
    sent(QUERY, "copy");
    pipeline.copyInBegan();
    assertThat(pipeline.ready()).isNull();
    assertLost();
  }

  @Test
  void anotherCopyAmongTheRowsLosesTheOrder() {
    sent(QUERY, "copy");
    pipeline.copyInBegan();
    pipeline.copyInBegan();
    assertLost();
  }
}
