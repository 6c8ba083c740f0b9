package dev.postern.testkit.conformance;

import static dev.postern.testkit.FrontendPackets.bind;
import static dev.postern.testkit.FrontendPackets.closeStatement;
import static dev.postern.testkit.FrontendPackets.describePortal;
import static dev.postern.testkit.FrontendPackets.describeStatement;
import static dev.postern.testkit.FrontendPackets.execute;
import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.message;
import static dev.postern.testkit.FrontendPackets.parse;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What clients do through an interceptor. Each has clients of its own. */
final class InterceptorScenarios {
  private static final int PIPELINED = 200;
  private static final int LARGE = 3 * 1024 * 1024;
  private static final int CROWD = 12;

  private InterceptorScenarios() {}

  /** Without this, all refusals would pass for conformance. */
  static void letsStatementsThrough(Stage stage) {
    try (Interview visitor = stage.visitor()) {
      for (Question question : Interview.numbered("through", 4)) {
        Interview.Outcome outcome = visitor.ask(question);
        if (outcome != Interview.Outcome.ANSWERED) {
          throw new AssertionError(
              "the statement %s is %s: the configuration has to let it through, or nothing is tested"
                  .formatted(Question.select(question.tag()), outcome));
        }
      }
    }
  }

  static void simpleProtocol(Stage stage) {
    try (Interview visitor = stage.visitor()) {
      visitor.ask(Question.simple("one"));
      visitor.ask(Question.text("", "IZ", 'I'));
      visitor.ask(Question.text(" ; ; -- nothing", "IZ", 'I'));
      visitor.ask(Question.text("SELECT 1; SELECT 2", "TDCTDCZ", 'I'));
      visitor.ask(Question.text("SELECT 1; SELECT 1 / 0; SELECT 2", "TDCEZ", 'I'));
      visitor.ask(Question.text("SELEKT", "EZ", 'I'));
      visitor.ask(Question.text("BEGIN", "CZ", 'T'));
      visitor.ask(new Question("in-block", query(Question.select("in-block")), "TDCZ", 'T'));
      visitor.ask(Question.text("SELECT 1 / 0", "EZ", 'E'));
      visitor.ask(Question.text("SELECT 1", "EZ", 'E'));
      visitor.ask(Question.text("ROLLBACK", "CZ", 'I'));
      visitor.ask(Question.simple("after"));
    }
    stage.neighbourIsWell();
  }

  /** Texts that a plugin which reads statements may stumble over. */
  static void oddTexts(Stage stage) {
    List<byte[]> texts = new ArrayList<>();
    for (String sql :
        List.of(
            "SELECT 'never closed",
            "SELECT \"never closed",
            "/* never /* closed */",
            "SELECT $tag$ never closed $tg$",
            "SELECT $1",
            "(".repeat(3000),
            "'",
            "\\",
            "\u0001\u0007\u001b[2J",
            "SELECT U&'\\D83D'",
            "\ufeff SELEKT",
            ";".repeat(5000) + "SELEKT")) {
      texts.add(query(sql));
    }
    texts.add(message('Q', new byte[] {'S', 'E', (byte) 0xC3, '(', (byte) 0xFF, 0}));
    try (Interview visitor = stage.visitor()) {
      int number = 0;
      for (byte[] text : texts) {
        visitor.ask(new Question("", text, "EZ", 'I'));
        visitor.ask(Question.simple("after-odd-" + ++number));
      }
    }
    stage.neighbourIsWell();
  }

  static void extendedProtocol(Stage stage) {
    String tag = "rows";
    byte[] statement = parse("named", "SELECT $1::text AS \"rows\" FROM generate_series(1, 3)");
    try (Interview visitor = stage.visitor()) {
      Question prepared = question("", "1tTZ", statement, describeStatement("named"), sync());
      if (visitor.ask(prepared) == Interview.Outcome.ANSWERED) {
        visitor.ask(
            question(
                tag,
                "2TDDsDCZ",
                bind("portal", "named", tag),
                describePortal("portal"),
                execute("portal", 2),
                execute("portal", 0),
                sync()));
        visitor.ask(question(tag, "2DDDCZ", bind("", "named", tag), execute("", 0), sync()));
        visitor.ask(question("", "EZ", statement, sync()));
        visitor.ask(question("", "3Z", closeStatement("named"), sync()));
      }
      visitor.ask(question("", "EZ", bind("", "never-prepared"), execute("", 0), sync()));
      visitor.ask(
          question(
              "",
              "12nIZ",
              parse("", ""),
              bind("", ""),
              describePortal(""),
              execute("", 0),
              sync()));
      visitor.ask(question("", "Z", sync()));
      flushed(visitor);
      visitor.ask(Question.failingInTheMiddle("failing"));
      visitor.ask(Question.simple("after"));
    }
    stage.neighbourIsWell();
  }

  /** Waits for an answer without ending the pipeline. */
  private static void flushed(Interview visitor) {
    if (visitor.isEnded()) {
      return;
    }
    String tag = "flushed";
    Question question = question(tag, "12TDCZ", parse("", Question.select(tag)), flush());
    visitor.client().send(question.packets().toByteArray());
    WireMessage first = visitor.next(question, "");
    if (first.type() == 'E' && visitor.isEnd(first)) {
      return;
    }
    visitor.client().send(bind("", ""), describePortal(""), execute("", 0), sync());
    if (first.type() == 'E') {
      visitor.hear(question("", "Z", sync()));
    } else {
      visitor.hear(question, String.valueOf(first.type()));
    }
  }

  static void pipelines(Stage stage) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < PIPELINED; i++) {
      String tag = "pipelined-" + i;
      questions.add(
          switch (i % 9) {
            case 2 -> Question.failingInTheMiddle(tag);
            case 4 -> Question.simple(tag);
            case 5 -> question("", "Z", sync());
            case 7 -> Question.text("SELECT 1; SELECT 1 / 0; SELECT 2", "TDCEZ", 'I');
            default -> Question.extended(tag, 'I');
          });
    }
    questions.add(Question.text("BEGIN", "CZ", ' '));
    questions.add(Question.extended("block-1"));
    questions.add(Question.extended("block-2"));
    questions.add(Question.text("COMMIT", "CZ", 'I'));
    try (Interview visitor = stage.visitor()) {
      visitor.askTogether(questions);
      stage.neighbourIsWell();
      visitor.ask(Question.simple("after"));
    }
  }

  static void cancels(Stage stage) throws Exception {
    Stage.Cancellable visitor = stage.cancellableVisitor();
    // The client is closed first, so that nobody waits for its answer.
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
        Interview interview = visitor.interview()) {
      Question question = Question.text("SELECT 'to-cancel' FROM pg_sleep(25)", "TEZ", 'I');
      Future<Interview.Outcome> outcome = waiting.submit(() -> interview.ask(question));
      Patience.until(() -> outcome.isDone() || stage.isActive("to-cancel"));
      stage.neighbourIsWell();
      if (!outcome.isDone()) {
        WireClient.cancel(stage.postern().address(), visitor.key());
      }
      await(outcome, "a cancelled statement is not answered");
      interview.ask(Question.simple("after"));
    }
    stage.neighbourIsWell();
  }

  static void largeMessages(Stage stage) {
    String padding = "x".repeat(LARGE);
    try (Interview visitor = stage.visitor()) {
      visitor.ask(
          new Question(
              "large-row",
              query("SELECT 'large-row' AS \"large-row\", repeat('x', " + LARGE + ")"),
              "TDCZ",
              'I'));
      visitor.ask(
          new Question(
              "large-text",
              query(Question.select("large-text") + " /* " + padding + " */"),
              "TDCZ",
              'I'));
      visitor.ask(
          question(
              "large-parameter",
              "12TDCZ",
              parse("", "SELECT 'large-parameter' AS \"large-parameter\", length($1)"),
              bind("", "", padding),
              describePortal(""),
              execute("", 0),
              sync()));
      visitor.ask(
          new Question(
              "many",
              query("SELECT 'many' AS \"many\", repeat('y', 900) FROM generate_series(1, 4000)"),
              "T" + "D".repeat(4000) + "CZ",
              'I'));
      visitor.ask(Question.simple("after"));
    }
    stage.neighbourIsWell();
  }

  static void crowd(Stage stage) throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CROWD; i++) {
        String name = "client-" + i;
        running.add(clients.submit(() -> talk(stage, name)));
      }
      for (Future<?> client : running) {
        await(client, "a client of a crowd is not served");
      }
    }
    stage.neighbourIsWell();
  }

  private static void talk(Stage stage, String name) {
    try (Interview visitor = stage.visitor()) {
      for (int i = 0; i < 10; i++) {
        visitor.askTogether(Interview.numbered(name + "-" + i, 5));
      }
    }
  }

  static Question question(String tag, String answer, byte[]... packets) {
    return new Question(tag, Question.joined(packets), answer, ' ');
  }

  private static <T> T await(Future<T> result, String complaint) throws Exception {
    try {
      return result.get(40, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(complaint, e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AssertionError failed) {
        throw failed;
      }
      throw e;
    }
  }
}
