package dev.postern.plugins.audit;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that has happened, to become a record. Immutable; what must not be shown of it is taken
 * out by the thread that writes.
 */
sealed interface Entry {
  Instant time();

  String kind();

  /** Adds what the record says. */
  void write(JsonLine json, Redaction redaction);

  /** About how many bytes it takes while it waits. */
  int weight();

  /** A client is logged in. */
  record Login(
      Instant time, SessionFacts session, @Nullable String role, String route, String backend)
      implements Entry {
    @Override
    public String kind() {
      return "login";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.writeAll(json);
      json.putUnlessNull("role", role).put("route", route).put("backend", backend);
    }

    @Override
    public int weight() {
      return 600;
    }
  }

  /**
   * A login came to no session.
   *
   * @param proved whether the client had proved who it is
   */
  record Refused(
      Instant time,
      SessionFacts session,
      boolean proved,
      String sqlState,
      String fault,
      String reason)
      implements Entry {
    @Override
    public String kind() {
      return "login-refused";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.writeAll(json);
      json.put("proved", proved)
          .put("sqlState", sqlState)
          .put("fault", fault)
          .put("reason", reason);
    }

    @Override
    public int weight() {
      return 600 + reason.length();
    }
  }

  /**
   * A client asks for something to be run.
   *
   * @param number counts what the session asks for, from 1
   * @param protocol {@code simple}, {@code extended} or {@code function}
   * @param prepared the name of the prepared statement; {@code null} where it has none
   * @param fetch which Execute of the same portal this is, from 1
   * @param values that are bound; {@code null} where they are not recorded
   */
  record Statement(
      Instant time,
      SessionFacts session,
      long number,
      String protocol,
      StatementText text,
      @Nullable String prepared,
      int fetch,
      @Nullable List<@Nullable String> values)
      implements Entry {
    @Override
    public String kind() {
      return "statement";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("n", number).put("protocol", protocol);
      json.putUnlessNull("prepared", prepared);
      if (fetch > 1) {
        json.put("fetch", fetch);
      }
      text.write(json, redaction);
      if (values != null) {
        json.put("parameters", redacted(values, redaction));
      }
    }

    @Override
    public int weight() {
      return 300 + text.weight() + weightOf(values);
    }

    @Override
    public String toString() {
      return "Statement[" + session.id() + " " + number + "]";
    }
  }

  /** A client calls a function by its object id. */
  record Function(
      Instant time,
      SessionFacts session,
      long number,
      long oid,
      @Nullable List<@Nullable String> values)
      implements Entry {
    @Override
    public String kind() {
      return "function";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("n", number).put("oid", oid);
      if (values != null) {
        json.put("parameters", redacted(values, redaction));
      }
    }

    @Override
    public int weight() {
      return 300 + weightOf(values);
    }

    @Override
    public String toString() {
      return "Function[" + session.id() + " " + number + "]";
    }
  }

  /**
   * How a statement, or a part of one, has ended.
   *
   * @param number of what was asked; 0: a statement that was prepared and did not run
   * @param part which statement of a Query with several this is, from 1
   * @param text of a statement that did not run; {@code null} where it was recorded before
   * @param rows -1 where the command does not count them
   * @param bytes -1 where they are not counted
   * @param bytesIn that the client sent in a COPY; -1 where there was none
   */
  record Result(
      Instant time,
      SessionFacts session,
      long number,
      int part,
      Outcome outcome,
      @Nullable StatementText text,
      @Nullable String tag,
      @Nullable String sqlState,
      long rows,
      long bytes,
      long bytesIn,
      long micros)
      implements Entry {
    @Override
    public String kind() {
      return number == 0 ? "prepare" : "result";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      if (number > 0) {
        json.put("n", number);
      }
      if (part > 1) {
        json.put("part", part);
      }
      json.put("outcome", outcome.label);
      json.putUnlessNull("tag", tag).putUnlessNull("sqlState", sqlState);
      if (rows >= 0) {
        json.put("rows", rows);
      }
      if (bytes >= 0) {
        json.put("bytes", bytes);
      }
      if (bytesIn >= 0) {
        json.put("bytesIn", bytesIn);
      }
      json.put("micros", micros);
      if (text != null) {
        text.write(json, redaction);
      }
    }

    @Override
    public int weight() {
      return 300 + (text == null ? 0 : text.weight());
    }
  }

  /** A statement that was prepared long ago and from now on is known by its name only. */
  record Forgotten(Instant time, SessionFacts session, String prepared, StatementText text)
      implements Entry {
    @Override
    public String kind() {
      return "prepared";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("prepared", prepared);
      text.write(json, redaction);
    }

    @Override
    public int weight() {
      return 300 + text.weight();
    }
  }

  /** A session has ended. */
  record End(Instant time, SessionFacts session, String reason, long statements, long millis)
      implements Entry {
    @Override
    public String kind() {
      return "end";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("reason", reason).put("statements", statements).put("millis", millis);
    }

    @Override
    public int weight() {
      return 300;
    }
  }

  /**
   * For a time nothing could be recorded.
   *
   * @param refused statements that were refused then
   * @param lost entries that are not in the log
   */
  record Gap(Instant time, Instant since, String reason, long refused, long lost) implements Entry {
    @Override
    public String kind() {
      return "gap";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      json.put("since", since.toString())
          .put("reason", reason)
          .put("refused", refused)
          .put("lost", lost);
    }

    @Override
    public int weight() {
      return 300;
    }
  }

  /** How a statement has ended. */
  enum Outcome {
    /** The server completed it. */
    COMPLETED,
    /** The server answered with an error, or it was refused before it came there. */
    FAILED,
    /** It has more rows, which the client has to ask for. */
    SUSPENDED,
    /** The server never ran it, because something before it in the pipeline failed. */
    SKIPPED,
    /** The session ended before the server had answered. */
    ABORTED;

    final String label = name().toLowerCase(Locale.ROOT);
  }

  private static List<@Nullable String> redacted(
      List<@Nullable String> values, Redaction redaction) {
    java.util.ArrayList<@Nullable String> shown = new java.util.ArrayList<>(values.size());
    for (String value : values) {
      shown.add(value == null ? null : redaction.ofValue(value));
    }
    return shown;
  }

  private static int weightOf(@Nullable List<@Nullable String> values) {
    int weight = 0;
    if (values != null) {
      for (String value : values) {
        weight += value == null ? 8 : 50 + value.length();
      }
    }
    return weight;
  }
}
