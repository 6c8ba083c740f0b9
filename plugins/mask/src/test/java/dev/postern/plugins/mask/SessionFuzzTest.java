package dev.postern.plugins.mask;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.CopyDone;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.Target;
import dev.postern.api.message.TransactionStatus;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SessionFuzzTest {
  private static final String PIECES =
      "select ssn * from people p ( ) . , ; ' \" $$ -- /* \\ U& '' 1";

  private final Random random = new Random(20260101);

  @Test
  void whateverComesInWhateverOrderIsDecided() {
    for (int conversation = 0; conversation < 2_000; conversation++) {
      Sample session = new Sample();
      for (int i = 0; i < 50; i++) {
        assertThat(session.wire.onClient(request())).isNotNull();
        assertThat(session.wire.onServer(answer())).isNotNull();
      }
    }
  }

  @Test
  void whateverTextIsReadIsRead() {
    List<String> pieces = List.of(PIECES.split(" ", -1));
    for (int i = 0; i < 50_000; i++) {
      StringBuilder sql = new StringBuilder();
      for (int piece = random.nextInt(20); piece > 0; piece--) {
        sql.append(pieces.get(random.nextInt(pieces.size())));
        sql.append(random.nextBoolean() ? " " : "");
      }
      Rules rules = Sample.rules(Sample.snapshot(), List.of(Sample.SSN));
      assertThat(StatementReading.of(sql.toString(), rules.vocabulary(), false, false)).isNotNull();
    }
  }

  private FrontendMessage request() {
    String name = random.nextBoolean() ? "" : "s";
    return switch (random.nextInt(10)) {
      case 0 -> new Query(sql());
      case 1, 2 -> new Parse(name, sql(), List.of());
      case 3, 4 -> new Bind(name, name, List.of(), List.of(), List.of());
      case 5 -> new Describe(random.nextBoolean() ? Target.PORTAL : Target.STATEMENT, name);
      case 6 -> new Execute(name, 0);
      case 7 -> new Close(random.nextBoolean() ? Target.PORTAL : Target.STATEMENT, name);
      case 8 -> random.nextBoolean() ? new CopyDone() : functionCall();
      default -> new Sync();
    };
  }

  private static FunctionCall functionCall() {
    return new FunctionCall(1, List.of(), List.of(), Format.TEXT);
  }

  private String sql() {
    return switch (random.nextInt(5)) {
      case 0 -> "select ssn from people";
      case 1 -> "select upper(ssn) from people";
      case 2 -> "commit";
      case 3 -> "copy orders to stdout";
      default -> "select 1";
    };
  }

  private BackendMessage answer() {
    return switch (random.nextInt(14)) {
      case 0 -> new ParseComplete();
      case 1 -> new BindComplete();
      case 2 -> new CloseComplete();
      case 3 -> new ParameterDescription(List.of());
      case 4 -> new NoData();
      case 5, 6 -> Sample.row(Sample.field(random.nextInt(19_999, 20_004), random.nextInt(4), 25));
      case 7, 8 -> new DataRow(List.of(Bytes.utf8("123-45-6789")));
      case 9 -> new CommandComplete("SELECT 1");
      case 10 -> random.nextBoolean() ? new EmptyQueryResponse() : new PortalSuspended();
      case 11 -> ErrorResponse.error(SqlState.INTERNAL_ERROR, "no");
      case 12 -> NoticeResponse.warning(SqlState.INTERNAL_ERROR, "no");
      default ->
          new ReadyForQuery(
              random.nextBoolean() ? TransactionStatus.IDLE : TransactionStatus.IN_TRANSACTION);
    };
  }
}
