package dev.postern.api.intercept;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.Describe;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Format;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.NoData;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers the statements of one session in the server's place: knows which of the client's names
 * stand for them (PostgreSQL documentation, "Extended Query").
 */
final class StatementAnswers {
  /** Beyond them the eldest is forgotten, and the server says that there is none. */
  private static final int MAX_NAMES = 1000;

  private static final int TEXT = ValueType.TEXT.oid();

  private record Prepared(AnsweredStatement statement, List<Integer> parameterTypes) {}

  /** A portal; its rows are made by its first Execute. */
  private static final class Portal {
    final AnsweredStatement statement;
    final Bind bind;
    private @Nullable List<List<@Nullable Object>> rows;
    private int next;

    Portal(AnsweredStatement statement, Bind bind) {
      this.statement = statement;
      this.bind = bind;
    }

    List<BackendMessage> execute(int maxRows) {
      if (rows == null) {
        rows = statement.execute(bind);
      }
      int left = rows.size() - next;
      boolean suspended = maxRows > 0 && maxRows <= left && statement.givesRows();
      int count = suspended ? maxRows : left;
      List<BackendMessage> messages = new ArrayList<>(count + 1);
      for (int i = 0; i < count; i++) {
        messages.add(statement.row(rows.get(next++), bind.resultFormats()));
      }
      messages.add(suspended ? new PortalSuspended() : statement.complete(count));
      return messages;
    }
  }

  private static final class Names<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MAX_NAMES;
    }
  }

  private final Function<String, @Nullable AnsweredStatement> statements;
  private final Map<String, Prepared> prepared = new Names<>();
  private final Map<String, Portal> portals = new Names<>();

  StatementAnswers(Function<String, @Nullable AnsweredStatement> statements) {
    this.statements = statements;
  }

  Interests declare(Interests interests) {
    return interests
        .interceptFrontend(Query.class, this::query)
        .interceptFrontend(Parse.class, this::parse)
        .interceptFrontend(Bind.class, this::bind)
        .interceptFrontend(Describe.class, this::describe)
        .interceptFrontend(Execute.class, this::execute)
        .interceptFrontend(Close.class, this::close);
  }

  private Verdict<FrontendMessage> query(Query query) {
    AnsweredStatement statement = statements.apply(query.sql());
    return statement == null ? Verdict.forward() : Verdict.answer(statement.answer());
  }

  private Verdict<FrontendMessage> parse(Parse parse) {
    AnsweredStatement statement = statements.apply(parse.sql());
    if (statement == null) {
      prepared.remove(parse.statement());
      return Verdict.forward();
    }
    prepared.put(parse.statement(), new Prepared(statement, parse.parameterTypes()));
    return answer(new ParseComplete());
  }

  private Verdict<FrontendMessage> bind(Bind bind) {
    Prepared named = prepared.get(bind.statement());
    if (named == null) {
      portals.remove(bind.portal());
      return Verdict.forward();
    }
    AnsweredStatement statement = named.statement();
    List<Format> formats = bind.resultFormats();
    if (formats.size() > 1 && formats.size() != statement.width()) {
      return Verdict.reject(
          SqlState.PROTOCOL_VIOLATION,
          "bind message has "
              + formats.size()
              + " result formats but query has "
              + statement.width()
              + " columns");
    }
    portals.put(bind.portal(), new Portal(statement, bind));
    return answer(new BindComplete());
  }

  private Verdict<FrontendMessage> describe(Describe describe) {
    if (describe.target() == Target.PORTAL) {
      Portal portal = portals.get(describe.name());
      return portal == null
          ? Verdict.forward()
          : answer(columns(portal.statement, portal.bind.resultFormats()));
    }
    Prepared named = prepared.get(describe.name());
    if (named == null) {
      return Verdict.forward();
    }
    List<Integer> types =
        named.parameterTypes().stream().map(type -> type == 0 ? TEXT : type).toList();
    return Verdict.answer(
        List.of(new ParameterDescription(types), columns(named.statement(), List.of())));
  }

  private static BackendMessage columns(AnsweredStatement statement, List<Format> formats) {
    return statement.givesRows() ? statement.description(formats) : new NoData();
  }

  private Verdict<FrontendMessage> execute(Execute execute) {
    Portal portal = portals.get(execute.portal());
    return portal == null ? Verdict.forward() : Verdict.answer(portal.execute(execute.maxRows()));
  }

  private Verdict<FrontendMessage> close(Close close) {
    boolean ours =
        (close.target() == Target.PORTAL ? portals : prepared).remove(close.name()) != null;
    return ours ? answer(new CloseComplete()) : Verdict.forward();
  }

  private static Verdict<FrontendMessage> answer(BackendMessage message) {
    return Verdict.answer(List.of(message));
  }
}
