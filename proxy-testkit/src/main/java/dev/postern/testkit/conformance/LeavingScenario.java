package dev.postern.testkit.conformance;

import static dev.postern.testkit.FrontendPackets.flush;
import static dev.postern.testkit.FrontendPackets.query;
import static dev.postern.testkit.FrontendPackets.unnamed;

import org.jspecify.annotations.Nullable;

/** Clients that are gone in the middle of what they do, and those who stay. */
final class LeavingScenario {
  private LeavingScenario() {}

  static void run(Stage stage) {
    String rows = "SELECT 'left' AS \"left\", repeat('z', 500) FROM generate_series(1, 200000)";
    for (int round = 0; round < 3; round++) {
      leave(stage, query(rows), 'D');
      leave(stage, new byte[] {'Q', 0, 0, 0, 90, 'S', 'E', 'L'}, null);
      leave(stage, Question.joined(query("BEGIN"), query(Question.select("left"))), 'Z');
      leave(stage, query("COPY " + CopyScenario.TABLE + " FROM STDIN"), 'G');
      leave(stage, Question.joined(unnamed(rows), flush()), 'D');
      leave(
          stage,
          Question.joined(
              Interview.numbered("left", 50).stream()
                  .map(question -> question.packets().toByteArray())
                  .toArray(byte[][]::new)),
          null);
      stage.neighbourIsWell();
    }
    if (!Patience.until(() -> stage.busySessions() == 0)) {
      throw new AssertionError("the server still works for clients that have left");
    }
    try (Interview visitor = stage.visitor()) {
      visitor.ask(Question.simple("after-them"));
    }
  }

  /** Sends this, waits for the first message of a type or an error, and is gone. */
  private static void leave(Stage stage, byte[] packets, @Nullable Character awaited) {
    try (Interview visitor = stage.visitor()) {
      visitor.client().send(packets);
      Question question = new Question("", packets, "", ' ');
      char type = 0;
      while (awaited != null && type != awaited && type != 'E') {
        type = visitor.next(question, "").type();
      }
      visitor.client().reset();
    }
  }
}
