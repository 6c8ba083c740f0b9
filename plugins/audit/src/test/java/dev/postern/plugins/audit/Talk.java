package dev.postern.plugins.audit;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.TransactionStatus;
import dev.postern.testkit.spi.FakeInterests;
import java.util.Arrays;
import java.util.List;

/** What tests say in the place of clients and of the server. */
final class Talk {
  static final BackendMessage READY = new ReadyForQuery(TransactionStatus.IDLE);
  static final BackendMessage IN_BLOCK = new ReadyForQuery(TransactionStatus.IN_TRANSACTION);
  static final BackendMessage ERROR =
      ErrorResponse.error(new SqlState("22P02"), "invalid \"secret\"");
  static final BackendMessage PARSED = new ParseComplete();
  static final BackendMessage BOUND = new BindComplete();
  static final Execute EXECUTE = new Execute("", 0);
  static final Sync SYNC = new Sync();
  static final String HARMLESS = "select harmless()";
  static final String HARM = "delete from accounts";

  private Talk() {}

  static Parse parse(String name, String sql) {
    return new Parse(name, sql, List.of());
  }

  static Bind bind(String portal, String statement, String... values) {
    return new Bind(
        portal, statement, List.of(), Arrays.stream(values).map(Bytes::utf8).toList(), List.of());
  }

  static BackendMessage complete(String tag) {
    return new CommandComplete(tag);
  }

  /** A prepared statement that has not run yet. */
  static void prepare(FakeInterests session, String name, String sql) {
    session.client(parse(name, sql), SYNC).server(PARSED, READY);
  }
}
