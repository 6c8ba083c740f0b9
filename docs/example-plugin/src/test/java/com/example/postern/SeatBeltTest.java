package com.example.postern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.testkit.conformance.InterceptorConformance;
import dev.postern.testkit.spi.Budget;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.RecordedConversation;
import dev.postern.testkit.spi.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SeatBeltTest {
  @Test
  void refusesTheWordsInBothProtocols() {
    FakeInterests session = sessionOf("alice");

    assertThat(session.onClient(new Query(" DROP TABLE t"))).isInstanceOf(Verdict.Reject.class);
    assertThat(session.onClient(new Parse("", "drop table t", List.of())))
        .isInstanceOf(Verdict.Reject.class);
    assertThat(session.onClient(new Query("select 'drop'"))).isEqualTo(Verdict.forward());
  }

  @Test
  void anExemptUsersSessionCostsNothing() {
    assertThat(sessionOf("admin").isEmpty()).isTrue();
  }

  @Test
  void costsLittle() {
    MessageInterceptor seatBelt =
        new SeatBelt()
            .create(
                new SeatBelt.Config(List.of("drop"), null), FakePluginContext.named("seat-belt"));

    Budget.of(seatBelt)
        .per(new Query("select * from people where id = 1"))
        .isAtMost(400, Duration.ofMillis(1));
  }

  @Test
  void aRecordedSessionPassesUnchanged() throws Exception {
    var recorded = RecordedConversation.resource(SeatBeltTest.class, "psql.recording");

    assertThat(recorded.through(sessionOf("alice"))).isEqualTo(recorded);
  }

  @TestFactory
  Stream<DynamicNode> conforms() {
    return InterceptorConformance.of(new SeatBelt(), Map.of("words", List.of("drop"))).tests();
  }

  private static FakeInterests sessionOf(String user) {
    FakeInterests session = new FakeInterests();
    new SeatBelt()
        .create(
            new SeatBelt.Config(List.of("drop", "truncate"), List.of("admin")),
            FakePluginContext.named("seat-belt"))
        .open(Samples.session(user, "app"), session);
    return session;
  }
}
