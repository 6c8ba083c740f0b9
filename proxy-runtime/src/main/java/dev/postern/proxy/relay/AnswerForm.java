package dev.postern.proxy.relay;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.Close;
import dev.postern.api.message.CloseComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.DataRow;
import dev.postern.api.message.Describe;
import dev.postern.api.message.EmptyQueryResponse;
import dev.postern.api.message.Execute;
import dev.postern.api.message.FunctionCall;
import dev.postern.api.message.FunctionCallResponse;
import dev.postern.api.message.NoData;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterDescription;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.PortalSuspended;
import dev.postern.api.message.Query;
import dev.postern.api.message.RowDescription;
import dev.postern.api.message.Target;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server can say to a message ("Message Flow"), and so what an interceptor may answer. */
final class AnswerForm {
  private static final Pattern QUERY = Pattern.compile("(?:TD?C|C|I)+");
  private static final Pattern PARSE = Pattern.compile("1");
  private static final Pattern BIND = Pattern.compile("2");
  private static final Pattern CLOSE = Pattern.compile("3");
  private static final Pattern DESCRIBE_STATEMENT = Pattern.compile("t[Tn]");
  private static final Pattern DESCRIBE_PORTAL = Pattern.compile("[Tn]");
  private static final Pattern EXECUTE = Pattern.compile("D?[CIs]");
  private static final Pattern FUNCTION_CALL = Pattern.compile("V");

  private AnswerForm() {}

  /**
   * Checks what an interceptor answers.
   *
   * @throws IllegalArgumentException if no server says that to such a message
   */
  static void check(Object message, Verdict.Answer<?> answer) {
    Pattern form = formFor(message);
    String kind = message.getClass().getSimpleName();
    if (form == null) {
      throw new IllegalArgumentException(
          "a verdict that answers "
              + kind
              + " (expected: of Query, FunctionCall, Parse, Bind, Describe, Execute or Close)");
    }
    String given = shorthand(answer.messages());
    if (!form.matcher(given).matches()) {
      throw new IllegalArgumentException(
          "a verdict that answers %s with %s (expected: %s, in the letters of the message types)"
              .formatted(kind, given.isEmpty() ? "nothing" : given, form));
    }
  }

  private static @Nullable Pattern formFor(Object message) {
    return switch (message) {
      case Query _ -> QUERY;
      case Parse _ -> PARSE;
      case Bind _ -> BIND;
      case Close _ -> CLOSE;
      case Describe describe ->
          describe.target() == Target.STATEMENT ? DESCRIBE_STATEMENT : DESCRIBE_PORTAL;
      case Execute _ -> EXECUTE;
      case FunctionCall _ -> FUNCTION_CALL;
      default -> null;
    };
  }

  /** The letters of the messages' types, one for each run of rows; notices fit everywhere. */
  private static String shorthand(List<BackendMessage> messages) {
    StringBuilder letters = new StringBuilder();
    for (BackendMessage message : messages) {
      char letter = letter(message);
      boolean row = letter == 'D';
      boolean rows = row && !letters.isEmpty() && letters.charAt(letters.length() - 1) == 'D';
      if (!rows && letter != 'N') {
        letters.append(letter);
      }
    }
    return letters.toString();
  }

  private static char letter(BackendMessage message) {
    return switch (message) {
      case RowDescription _ -> 'T';
      case DataRow _ -> 'D';
      case CommandComplete _ -> 'C';
      case EmptyQueryResponse _ -> 'I';
      case PortalSuspended _ -> 's';
      case ParseComplete _ -> '1';
      case BindComplete _ -> '2';
      case CloseComplete _ -> '3';
      case ParameterDescription _ -> 't';
      case NoData _ -> 'n';
      case FunctionCallResponse _ -> 'V';
      case NoticeResponse _ -> 'N';
      default -> '?';
    };
  }
}
