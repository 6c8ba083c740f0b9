package dev.postern.api.intercept;

import static dev.postern.api.intercept.Pipeline.Request.BIND;
import static dev.postern.api.intercept.Pipeline.Request.CLOSE;
import static dev.postern.api.intercept.Pipeline.Request.DESCRIBE;
import static dev.postern.api.intercept.Pipeline.Request.EXECUTE;
import static dev.postern.api.intercept.Pipeline.Request.FUNCTION_CALL;
import static dev.postern.api.intercept.Pipeline.Request.PARSE;
import static dev.postern.api.intercept.Pipeline.Request.QUERY;
import static dev.postern.api.intercept.Pipeline.Request.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Pipeline.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What answers what, where no rows are copied to the server. */
final class PipelineTest {
  private final Pipeline<String> pipeline = new Pipeline<>();
  private final List<String> skipped = new ArrayList<>();

  private void extended(String tag) {
    sent(PARSE, "parse " + tag);
    sent(BIND, "bind " + tag);
    sent(DESCRIBE, "describe " + tag);
    sent(EXECUTE, "execute " + tag);
  }

  private void sent(Request request, String note) {
    assertThat(pipeline.sent(request, note)).isTrue();
  }

  private void expectExtended(String tag) {
    assertThat(pipeline.parseComplete()).isEqualTo("parse " + tag);
    assertThat(pipeline.bindComplete()).isEqualTo("bind " + tag);
    assertThat(pipeline.described()).isEqualTo("describe " + tag);
    assertThat(pipeline.executed()).isEqualTo("execute " + tag);
  }

  @Test
  void aQueryWaitsThroughItsResultsUntilTheServerIsReady() {
    sent(QUERY, "query");
    assertThat(pipeline.described()).isEqualTo("query");
    assertThat(pipeline.executed()).isEqualTo("query");
    assertThat(pipeline.executed()).isEqualTo("query");
    assertThat(pipeline.isEmpty()).isFalse();
    assertThat(pipeline.ready()).isEqualTo("query");
    assertThat(pipeline.isEmpty()).isTrue();
  }

  @Test
  void aQueryThatFailsWaitsUntilTheServerIsReadyAndNothingIsSkipped() {
    sent(QUERY, "first");
    sent(QUERY, "second");
    assertThat(pipeline.described()).isEqualTo("first");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("first");
    assertThat(pipeline.isSkipping()).isFalse();
    assertThat(pipeline.ready()).isEqualTo("first");
    assertThat(pipeline.executed()).isEqualTo("second");
    assertThat(skipped).isEmpty();
  }

  @Test
  void requestsOfSeveralSyncsAreAnsweredInTheirOrder() {
    extended("a");
    extended("b");
    sent(SYNC, "sync 1");
    extended("c");
    sent(SYNC, "sync 2");
    expectExtended("a");
    expectExtended("b");
    assertThat(pipeline.ready()).isEqualTo("sync 1");
    expectExtended("c");
    assertThat(pipeline.ready()).isEqualTo("sync 2");
    assertThat(pipeline.isEmpty()).isTrue();
  }

  @Test
  void lonelySyncsAreAnsweredOneByOne() {
    sent(SYNC, "1");
    sent(SYNC, "2");
    assertThat(pipeline.ready()).isEqualTo("1");
    assertThat(pipeline.ready()).isEqualTo("2");
  }

  @Test
  void anErrorSkipsEverythingUpToTheNextSyncAndNothingBehindIt() {
    extended("a");
    sent(CLOSE, "close");
    sent(SYNC, "sync 1");
    extended("b");
    sent(SYNC, "sync 2");
    assertThat(pipeline.parseComplete()).isEqualTo("parse a");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("bind a");
    assertThat(skipped).containsExactly("describe a", "execute a", "close");
    assertThat(pipeline.isSkipping()).isTrue();
    assertThat(pipeline.ready()).isEqualTo("sync 1");
    assertThat(pipeline.isSkipping()).isFalse();
    expectExtended("b");
  }

  @Test
  void whatIsSentWhileTheServerSkipsDoesNotWait() {
    sent(PARSE, "parse");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("parse");
    assertThat(pipeline.sent(BIND, "bind")).isFalse();
    assertThat(pipeline.sent(QUERY, "query")).isFalse();
    assertThat(pipeline.sent(FUNCTION_CALL, "call")).isFalse();
    sent(SYNC, "sync");
    sent(QUERY, "behind");
    assertThat(pipeline.ready()).isEqualTo("sync");
    assertThat(pipeline.executed()).isEqualTo("behind");
  }

  @Test
  void aQueryBehindAParseThatFailsIsSkippedToo() {
    sent(PARSE, "parse");
    sent(QUERY, "query");
    sent(SYNC, "sync");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("parse");
    assertThat(skipped).containsExactly("query");
    assertThat(pipeline.ready()).isEqualTo("sync");
  }

  @Test
  void aQueryBehindAParseThatSucceedsIsAnsweredWithoutASync() {
    sent(PARSE, "parse");
    sent(QUERY, "query");
    sent(BIND, "bind");
    assertThat(pipeline.parseComplete()).isEqualTo("parse");
    assertThat(pipeline.executed()).isEqualTo("query");
    assertThat(pipeline.ready()).isEqualTo("query");
    assertThat(pipeline.bindComplete()).isEqualTo("bind");
  }

  @Test
  void aConstraintThatFailsAtSyncIsThatSyncsErrorAndSkipsNothing() {
    extended("a");
    sent(SYNC, "sync 1");
    extended("b");
    expectExtended("a");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("sync 1");
    assertThat(pipeline.isSkipping()).isFalse();
    assertThat(pipeline.ready()).isEqualTo("sync 1");
    expectExtended("b");
    assertThat(skipped).isEmpty();
  }

  @Test
  void aFunctionCallWaitsUntilTheServerIsReady() {
    sent(FUNCTION_CALL, "call 1");
    sent(FUNCTION_CALL, "call 2");
    assertThat(pipeline.functionReturned()).isEqualTo("call 1");
    assertThat(pipeline.ready()).isEqualTo("call 1");
    assertThat(pipeline.failed(skipped::add)).isEqualTo("call 2");
    assertThat(pipeline.ready()).isEqualTo("call 2");
  }

  @Test
  void anErrorAboutNothingThatIsKnownSkipsUpToTheNextSync() {
    assertThat(pipeline.failed(skipped::add)).isNull();
    assertThat(pipeline.sent(PARSE, "parse")).isFalse();
    sent(SYNC, "sync");
    assertThat(pipeline.ready()).isEqualTo("sync");
    sent(PARSE, "behind");
    assertThat(pipeline.parseComplete()).isEqualTo("behind");
  }

  @Test
  void anotherErrorWhileTheServerSkipsIsAboutNothing() {
    sent(PARSE, "parse");
    sent(SYNC, "sync");
    pipeline.failed(skipped::add);
    assertThat(pipeline.failed(skipped::add)).isNull();
    assertThat(pipeline.first()).isEqualTo("sync");
  }

  @Test
  void aNoteMayBeLeftOut() {
    assertThat(pipeline.sent(PARSE, null)).isTrue();
    sent(BIND, "bind");
    assertThat(pipeline.sent(EXECUTE, null)).isTrue();
    assertThat(pipeline.first()).isNull();
    assertThat(pipeline.firstRequest()).isEqualTo(PARSE);
    pipeline.failed(skipped::add);
    assertThat(skipped).containsExactly("bind");
  }

  @Test
  void aCycleEndsWithEachRequestThatIsAnsweredByReadyForQuery() {
    sent(PARSE, "a");
    assertThat(pipeline.cycle()).isZero();
    sent(SYNC, "b");
    sent(QUERY, "c");
    sent(FUNCTION_CALL, "d");
    assertThat(pipeline.cycle()).isEqualTo(3);
  }

  @Test
  void anAnswerThatNothingAskedForLosesTheOrder() {
    sent(PARSE, "parse");
    assertThat(pipeline.bindComplete()).isNull();
    assertThat(pipeline.isLost()).isTrue();
  }

  @Test
  void readyBeforeAQueryIsAnsweredLosesTheOrder() {
    sent(QUERY, "query");
    assertThat(pipeline.ready()).isNull();
    assertThat(pipeline.isLost()).isTrue();
  }

  @Test
  void readyWhereNothingWaitsLosesTheOrder() {
    assertThat(pipeline.ready()).isNull();
    assertThat(pipeline.isLost()).isTrue();
  }

  @Test
  void anAnswerToASyncThatIsNoneLosesTheOrder() {
    sent(SYNC, "sync");
    assertThat(pipeline.executed()).isNull();
    assertThat(pipeline.isLost()).isTrue();
  }

  @Test
  void whatWaitedWhenTheOrderWasLostIsGivenAtTheEndAndNowhereElse() {
    sent(PARSE, "parse");
    sent(SYNC, "sync");
    pipeline.executed();
    assertThat(pipeline.isLost()).isTrue();
    assertThat(pipeline.first()).isNull();
    assertThat(pipeline.firstRequest()).isNull();
    assertThat(pipeline.isEmpty()).isTrue();
    assertThat(pipeline.sent(QUERY, "behind")).isFalse();
    assertThat(pipeline.parseComplete()).isNull();
    List<String> outstanding = new ArrayList<>();
    pipeline.forEach(outstanding::add);
    assertThat(outstanding).containsExactly("parse", "sync");
  }

  @Test
  void asManyAsCanWaitAreAnsweredInTheirOrder() {
    Pipeline<Integer> numbers = new Pipeline<>();
    for (int i = 0; i < Pipeline.MAX_LENGTH; i++) {
      numbers.sent(SYNC, i);
    }
    for (int i = 0; i < Pipeline.MAX_LENGTH; i++) {
      Integer answered = numbers.ready();
      if (answered == null || answered != i) {
        throw new AssertionError(i + " is answered as " + answered);
      }
    }
    assertThat(numbers.isEmpty()).isTrue();
  }

  @Test
  void oneMoreThanCanWaitLosesTheOrder() {
    for (int i = 0; i < Pipeline.MAX_LENGTH; i++) {
      pipeline.sent(BIND, null);
    }
    assertThat(pipeline.isLost()).isFalse();
    assertThat(pipeline.sent(BIND, null)).isFalse();
    assertThat(pipeline.isLost()).isTrue();
  }

  @Test
  void whatIsSkippedTakesNoRoomHoweverMuchItIs() {
    sent(PARSE, "parse");
    pipeline.failed(skipped::add);
    for (int i = 0; i < 2 * Pipeline.MAX_LENGTH; i++) {
      pipeline.sent(QUERY, "query");
      pipeline.copyEndSent();
    }
    assertThat(pipeline.isLost()).isFalse();
    assertThat(pipeline.isEmpty()).isTrue();
  }
}
