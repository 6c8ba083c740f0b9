package com.example.postern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.Parse;
import dev.postern.api.message.Query;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

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
