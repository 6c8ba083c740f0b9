package com.example.postern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.TransactionStatus;
import dev.postern.testkit.spi.FakeInterests;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FailedStatementsTest {
  private final FakeInterests session = new FakeInterests();
  private final Statements statements = new Statements();

  @BeforeEach
  void open() {
    new Conversation(statements, statements.pipeline).observe(session);
  }

  @Test
  void knowsThePreparedStatementThatRuns() {
    session.client(new Parse("s", "select 1 / 0", List.of()));
    session.client(new Sync());
    session.server(new ParseComplete());
    session.server(new ReadyForQuery(TransactionStatus.IDLE));

    session.client(new Bind("", "s", List.of(), List.of(), List.of()));
    session.client(new Execute("", 0));
    session.server(new BindComplete());

    assertThat(statements.pipeline.firstRequest()).isEqualTo(Request.EXECUTE);
    assertThat(statements.pipeline.first().sql()).isEqualTo("select 1 / 0");
  }

  @Test
  void saysThatAStatementIsUnknownRatherThanTheWrongOne() {
    session.client(new Execute("given by SQL", 0));

    assertThat(statements.pipeline.first().sql()).isEqualTo("(unknown)");
  }
}
