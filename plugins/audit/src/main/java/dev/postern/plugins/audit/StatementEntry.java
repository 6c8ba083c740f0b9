package dev.postern.plugins.audit;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client has asked for, and what became of it. */
sealed interface StatementEntry extends Entry {
  /**
   * A client asks for something to be run.
   *
   * @param number counts what the session asks for, from 1
   * @param protocol {@code simple}, {@code extended} or {@code function}
   * @param prepared the name of the prepared statement; {@code null} where it has none
   * @param portal the name of a portal of which the text is not known; {@code null} else
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
      @Nullable String portal,
      int fetch,
      @Nullable List<@Nullable String> values)
      implements StatementEntry {
    @Override
    public String kind() {
      return "statement";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("n", number).put("protocol", protocol);
      json.putUnlessNull("prepared", prepared).putUnlessNull("portal", portal);
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
      implements StatementEntry {
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
      implements StatementEntry {
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

  /**
   * A statement has got a name by which it can be run.
   *
   * @param prepared the name of the prepared statement; empty where it has none
   * @param portal the name of a portal, if that is what it is about
   * @param values that are bound; {@code null} where they are not recorded
   */
  record Named(
      Instant time,
      SessionFacts session,
      String prepared,
      @Nullable String portal,
      StatementText text,
      @Nullable List<@Nullable String> values)
      implements StatementEntry {
    @Override
    public String kind() {
      return "prepared";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("prepared", prepared).putUnlessNull("portal", portal);
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
      return "Named[" + session.id() + "]";
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
    ABORTED,
    /** It cannot be told any more which answer of the server is for it. */
    UNKNOWN;

    final String label = name().toLowerCase(Locale.ROOT);
  }

  private static List<@Nullable String> redacted(
      List<@Nullable String> values, Redaction redaction) {
    List<@Nullable String> shown = new ArrayList<>(values.size());
    for (String value : values) {
      shown.add(value == null ? null : redaction.ofValue(value));
    }
    return shown;
  }

  static int weightOf(@Nullable List<@Nullable String> values) {
    int weight = 0;
    if (values != null) {
      for (String value : values) {
        weight += value == null ? 8 : 50 + value.length();
      }
    }
    return weight;
  }
}
