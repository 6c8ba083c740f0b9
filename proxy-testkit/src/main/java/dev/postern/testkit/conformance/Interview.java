package dev.postern.testkit.conformance;

import dev.postern.testkit.WireClient;
import dev.postern.testkit.WireMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * A client that knows what it has asked. An answer is what a server says, or the beginning of that
 * and then a refusal; anything else is an {@link AssertionError}. Used by one thread at a time.
 */
final class Interview implements AutoCloseable {
  /** What came of a question. */
  enum Outcome {
    ANSWERED,
    /** An ErrorResponse in its turn; the session goes on. */
    REFUSED,
    /** A FATAL ErrorResponse, and the end; what is asked behind it has no answer. */
    ENDED
  }

  /** What may come between any two messages: notices, settings and notifications. */
  private static final String ASYNCHRONOUS = "NSA";

  /** The code of what nobody foresaw: a handler that threw. */
  private static final String INTERNAL_ERROR = "XX000";

  private final WireClient client;
  private final boolean changesValues;
  private boolean ended;

  /**
   * @param changesValues whether rows may hold other values than were asked for
   */
  Interview(WireClient client, boolean changesValues) {
    this.client = client;
    this.changesValues = changesValues;
  }

  WireClient client() {
    return client;
  }

  boolean changesValues() {
    return changesValues;
  }

  boolean isEnded() {
    return ended;
  }

  /** Asks, and hears the answer. */
  Outcome ask(Question question) {
    if (ended) {
      return Outcome.ENDED;
    }
    client.send(question.packets().toByteArray());
    return hear(question);
  }

  /** Asks all of these in one write, then hears the answers in their order. */
  void askTogether(List<Question> questions) {
    if (ended) {
      return;
    }
    client.send(
        questions.stream()
            .map(question -> question.packets().toByteArray())
            .toArray(byte[][]::new));
    questions.forEach(this::hear);
  }

  /** The answer to what has been sent. */
  Outcome hear(Question question) {
    return hear(question, "");
  }

  /**
   * The rest of an answer.
   *
   * @param heard the types of what has been received of it
   */
  Outcome hear(Question question, String heard) {
    if (ended) {
      return Outcome.ENDED;
    }
    StringBuilder types = new StringBuilder(heard);
    boolean refused = false;
    while (true) {
      WireMessage message = next(question, types);
      types.append(message.type());
      if (message.type() == 'E') {
        if (isEnd(message)) {
          return Outcome.ENDED;
        }
        refused |= !question.answer().startsWith(types.toString());
      }
      if (message.type() == 'Z') {
        checkStatus(question, (char) message.body().at(0));
        break;
      }
      if (!refused) {
        check(question, message, types.toString());
      } else if (message.type() != 'E') {
        throw wrong(question, types);
      }
    }
    return settled(question, types, refused);
  }

  private Outcome settled(Question question, CharSequence types, boolean refused) {
    String answer = types.toString();
    if (answer.equals(question.answer())) {
      return Outcome.ANSWERED;
    }
    boolean inItsTurn =
        answer.endsWith("EZ")
            && question.answer().startsWith(answer.substring(0, answer.length() - 2));
    if (!refused || !inItsTurn) {
      throw wrong(question, types);
    }
    return Outcome.REFUSED;
  }

  /** The next message that is no asynchronous one. */
  WireMessage next(Question question, CharSequence heard) {
    try {
      WireMessage message = client.receive();
      while (ASYNCHRONOUS.indexOf(message.type()) >= 0) {
        message = client.receive();
      }
      return message;
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s: after '%s' %s (expected: '%s')"
              .formatted(named(question), heard, e.getMessage(), question.answer()),
          e);
    }
  }

  /** Whether an ErrorResponse ends the session; one that says that a handler threw is a failure. */
  boolean isEnd(WireMessage error) {
    if (error.sqlState().equals(INTERNAL_ERROR)) {
      throw new AssertionError("the plugin failed on a message: " + error);
    }
    ended = error.severity().equals("FATAL") || error.severity().equals("PANIC");
    if (ended) {
      client.expectEnd();
    }
    return ended;
  }

  private void check(Question question, WireMessage message, String types) {
    if (!question.answer().startsWith(types)) {
      throw wrong(question, types);
    }
    String tag = question.tag();
    if (message.type() == 'T' && !tag.isEmpty() && !message.strings(2).getFirst().equals(tag)) {
      throw new AssertionError(
          "%s was answered with a column called %s"
              .formatted(named(question), message.strings(2).getFirst()));
    }
    if (message.type() == 'D'
        && !tag.isEmpty()
        && !changesValues
        && !message.values().getFirst().equals(tag)) {
      throw new AssertionError(
          "%s was answered with a row of another: %s".formatted(named(question), firstOf(message)));
    }
  }

  /** Outside of a block nothing can have left one open; a refusal makes a block fail. */
  private static void checkStatus(Question question, char status) {
    if (question.status() == 'I' && status != 'I') {
      throw new AssertionError(
          "%s: the session is in status '%c' (expected: 'I')".formatted(named(question), status));
    }
  }

  private static String firstOf(WireMessage row) {
    String value = row.values().getFirst();
    return value.length() <= 60 ? value : value.substring(0, 60) + "...";
  }

  private static AssertionError wrong(Question question, CharSequence types) {
    return new AssertionError(
        "%s was answered '%s' (expected: '%s', or its beginning and then 'EZ')"
            .formatted(named(question), types, question.answer()));
  }

  private static String named(Question question) {
    return question.tag().isEmpty() ? "the question" : "question " + question.tag();
  }

  /** Questions of both protocols, tagged with a number each. */
  static List<Question> numbered(String name, int count) {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String tag = name + "-" + i;
      questions.add(i % 3 == 0 ? Question.simple(tag) : Question.extended(tag, 'I'));
    }
    return questions;
  }

  @Override
  public void close() {
    client.close();
  }
}
