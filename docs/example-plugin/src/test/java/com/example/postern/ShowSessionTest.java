package com.example.postern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Query;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import org.junit.jupiter.api.Test;

class ShowSessionTest {
  private final FakeInterests session = new FakeInterests();

  @Test
  void answersItsOwnStatement() {
    open();

    assertThat(session.answerTo(new Query("SHOW session")))
        .hasAtLeastOneElementOfType(DataRow.class)
        .endsWith(new CommandComplete("SELECT 1"));
  }

  @Test
  void leavesTheOthersToTheServer() {
    open();

    assertThat(session.onClient(new Query("SHOW work_mem"))).isEqualTo(Verdict.forward());
  }

  private void open() {
    new ShowSession()
        .create(new ShowSession.Config(), FakePluginContext.named("show-session"))
        .open(Samples.session("alice", "app"), session);
  }
}
