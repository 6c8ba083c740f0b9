package dev.postern.testkit.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.SqlState;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.api.message.Sync;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite passes what conforms, and finds what does not. */
final class InterceptorConformanceIT {
  @TestFactory
  Stream<DynamicNode> anInterceptorThatSeesEverythingConforms() {
    return suite(
            (session, interests) ->
                interests
                    .interceptFrontend(FrontendMessage.class, message -> Verdict.forward())
                    .interceptBackend(BackendMessage.class, message -> Verdict.forward()))
        .tests();
  }

  @Test
  void refusalsInTheirTurnConform() {
    int[] seen = new int[1];
    assertThat(
            failures(
                (session, interests) ->
                    interests
                        .interceptFrontend(Query.class, query -> every(5, query.sql(), seen))
                        .interceptFrontend(Parse.class, parse -> every(5, parse.sql(), seen)),
                "simple protocol",
                "extended protocol",
                "pipelines",
                "COPY in and out",
                "a crowd"))
        .isEmpty();
  }

  private static Verdict<FrontendMessage> every(int nth, String sql, int[] seen) {
    synchronized (seen) {
      return !sql.contains("neighbour") && ++seen[0] % nth == 0
          ? Verdict.reject(SqlState.INSUFFICIENT_PRIVILEGE, "every fifth")
          : Verdict.forward();
    }
  }

  @Test
  void findsAnAnswerThatIsMissing() {
    assertThat(
            failures(
                (session, interests) ->
                    interests.interceptBackend(CommandComplete.class, message -> Verdict.drop()),
                "simple protocol"))
        .anyMatch(failure -> failure.contains("simple protocol: "))
        .anyMatch(failure -> failure.contains("was answered 'TDZ'"));
  }

  @Test
  void findsRowsThatWereExchanged() {
    assertThat(
            failures(
                (session, interests) ->
                    interests.interceptBackend(
                        DataRow.class,
                        row -> Verdict.replace(new DataRow(Collections.nCopies(row.size(), null)))),
                "extended protocol"))
        .anyMatch(failure -> failure.contains("a row of another: <null>"));
  }

  @Test
  void findsAHandlerThatThrows() {
    assertThat(
            failures(
                (session, interests) ->
                    interests.observeFrontend(
                        Parse.class,
                        parse -> {
                          throw new IllegalStateException("on purpose");
                        }),
                "pipelines"))
        .anyMatch(failure -> failure.contains("the plugin failed on a message"));
  }

  @Test
  void findsAThreadThatGoesOn() {
    Thread[] left = new Thread[2];
    assertThat(
            Suite.failures(
                new FactoryPromises<>(
                        new Odd(),
                        Map.of(),
                        plugin ->
                            left[left[0] == null ? 0 : 1] =
                                Thread.ofVirtual().name("forgotten").start(LockSupport::park))
                    .tests()
                    .filter(test -> test.getDisplayName().startsWith("leaves no thread"))))
        .singleElement()
        .asString()
        .contains("threads go on after close: [forgotten (virtual)]");
    for (Thread thread : left) {
      LockSupport.unpark(thread);
    }
  }

  @Test
  void findsAPluginThatLetsNothingThrough() {
    assertThat(
            failures(
                (session, interests) ->
                    interests.interceptFrontend(
                        Sync.class,
                        sync -> Verdict.terminate(SqlState.FEATURE_NOT_SUPPORTED, "no")),
                "lets statements through"))
        .anyMatch(failure -> failure.contains("nothing is tested"));
  }

  private static InterceptorConformance<Odd.Config> suite(MessageInterceptor interceptor) {
    return InterceptorConformance.of(new Odd(interceptor), Map.of());
  }

  private static List<String> failures(MessageInterceptor interceptor, String... scenarios) {
    return Suite.failures(suite(interceptor).tests(), "with transaction pooling", scenarios);
  }
}
