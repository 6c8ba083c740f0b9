package dev.postern.testkit.conformance;

import static dev.postern.testkit.FrontendPackets.copyData;
import static dev.postern.testkit.FrontendPackets.copyDone;
import static dev.postern.testkit.FrontendPackets.copyFail;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.sync;
import static dev.postern.testkit.FrontendPackets.unnamed;

import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;

/** COPY in both directions, in both protocols, given up and broken off. */
final class CopyScenario {
  static final String TABLE = "conformance_lines";
  private static final String IN = "COPY " + TABLE + " FROM STDIN";
  private static final String FAILING_OUT =
      "COPY (SELECT 1 / (n - 5) FROM generate_series(1, 10) n) TO STDOUT";
  private static final int LINES = 2000;

  private CopyScenario() {}

  static void prepare(PostgresServer server) {
    server.execute(
        "CREATE TABLE IF NOT EXISTS " + TABLE + " (line text)",
        "GRANT ALL ON " + TABLE + " TO PUBLIC");
  }

  static void run(Stage stage) {
    try (Interview visitor = stage.visitor()) {
      stepByStep(visitor);
      visitor.ask(Question.simple("after-steps"));
      visitor.ask(copy("GCZ", query(IN), lines(0, 50), lines(50, 60), copyDone()));
      visitor.ask(copy("GEZ", query(IN), lines(0, 10), copyFail("on purpose")));
      visitor.ask(
          copy("GEZ", query(IN), copyData(bytes("two\tcolumns\n")), lines(0, 9), copyDone()));
      visitor.ask(copy("12GCZ", unnamed(IN), lines(0, 10), copyDone(), sync()));
      visitor.ask(copy("12GEZ", unnamed(IN), copyFail("on purpose"), sync()));
      visitor.ask(Question.simple("after-in"));
      out(visitor, query(outOf(LINES)), "");
      out(visitor, Question.joined(unnamed(outOf(7)), sync()), "12");
      visitor.ask(copy("HddddEZ", query(FAILING_OUT)));
      visitor.ask(Question.simple("after-out"));
    }
    stage.neighbourIsWell();
  }

  private static String outOf(int lines) {
    return "COPY (SELECT 'line-' || n FROM generate_series(0, " + (lines - 1) + ") n) TO STDOUT";
  }

  /** Waits for the server to be ready for data, and sends it cut anywhere. */
  private static void stepByStep(Interview visitor) {
    Question question = copy("GCZ", query(IN));
    visitor.client().send(question.packets().toByteArray());
    WireMessage first = visitor.next(question, "");
    if (first.type() == 'E') {
      if (!visitor.isEnd(first)) {
        visitor.hear(copy("Z"));
      }
      return;
    }
    visitor.client().send(copyData(bytes("first li")));
    visitor.client().send(copyData(bytes("ne\nsecond\nthi")), copyData(new byte[0]));
    visitor.client().send(copyData(bytes("rd\n")), copyDone());
    visitor.hear(question, String.valueOf(first.type()));
  }

  private static void out(Interview visitor, byte[] packets, String before) {
    if (visitor.isEnded()) {
      return;
    }
    visitor.client().send(packets);
    Question question = copy(before + "HddcCZ");
    StringBuilder types = new StringBuilder();
    int line = 0;
    while (true) {
      WireMessage message = visitor.next(question, types);
      char last = types.isEmpty() ? ' ' : types.charAt(types.length() - 1);
      if (last != 'd' || message.type() != 'd') {
        types.append(message.type());
      }
      switch (message.type()) {
        case 'd' -> checkLine(visitor, message, line++);
        case 'E' -> {
          if (visitor.isEnd(message)) {
            return;
          }
        }
        case 'Z' -> {
          String heard = types.toString();
          if (!heard.equals(before + "HdcCZ") && !(before + "Hd").startsWith(cut(heard))) {
            throw new AssertionError("COPY out was answered '" + heard + "'");
          }
          return;
        }
        default -> {}
      }
    }
  }

  /** Without the refusal at its end. */
  private static String cut(String heard) {
    return heard.endsWith("EZ") ? heard.substring(0, heard.length() - 2) : heard;
  }

  private static void checkLine(Interview visitor, WireMessage message, int line) {
    String text = message.body().toUtf8().strip();
    if (!visitor.changesValues() && !text.equals("line-" + line)) {
      throw new AssertionError("line %d of a COPY out is %s".formatted(line, text));
    }
  }

  private static byte[] lines(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append("line-").append(i).append('\n');
    }
    return copyData(bytes(lines.toString()));
  }

  private static Question copy(String answer, byte[]... packets) {
    return new Question("", Question.joined(packets), answer, 'I');
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
