package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.NameChanges;
import dev.postern.api.intercept.Pipeline;
import dev.postern.api.intercept.Pipeline.Request;
import dev.postern.api.intercept.SessionNames;
import dev.postern.api.intercept.SessionNames.Given;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.WireMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session with a real server that is told to a {@link Pipeline} and to {@link SessionNames}, as
 * an interceptor would. The server says by itself what it does: it logs each statement's phases to
 * the client, with the text and the parameters. What those two say must be the same, or nothing.
 */
final class WatchedSession implements AutoCloseable {
  private static final Pattern TAG = Pattern.compile("t[0-9]+z");
  private static final Pattern PHASE =
      Pattern.compile(
          "duration: [0-9.]+ ms  (parse|bind|execute|statement)([^:]*): (.*)", Pattern.DOTALL);

  /** What a request is about, as it was known when it was sent. */
  private static final class Note {
    final Request request;
    final @Nullable String text;
    final String tag;
    @Nullable Given<?> name;

    Note(Request request, @Nullable String text, String tag) {
      this.request = request;
      this.text = text;
      this.tag = tag;
    }

    @Override
    public String toString() {
      return request + " " + tag + " " + text;
    }
  }

  private final FramedSocket server;
  private final Pipeline<Note> pipeline = new Pipeline<>();
  private final SessionNames<String> statements = new SessionNames<>(4);
  private final SessionNames<Note> portals = new SessionNames<>(4);
  private final List<String> history = new ArrayList<>();
  private @Nullable Note completed;
  private int readies;
  private int errors;
  private int compared;
  private int unknown;

  /** As a superuser, who may have everything logged. */
  WatchedSession(PostgresServer server) {
    this.server = new FramedSocket(server.address());
    this.server.send(
        FrontendPackets.startup(
            "user",
            PostgresServer.SUPERUSER,
            "database",
            "postgres",
            "options",
            "-c client_min_messages=log -c log_min_duration_statement=0"));
    while (this.server.receive().type() != 'Z') {
      // the greeting
    }
  }

  /** Sends these in one write. */
  void send(List<Said> messages) {
    for (Said said : messages) {
      history.add("> " + said.type() + " " + said.name() + " " + said.text() + " " + said.tag());
      tell(said);
    }
    server.send(messages.stream().map(said -> said.bytes().toByteArray()).toArray(byte[][]::new));
  }

  void send(Said... messages) {
    send(List.of(messages));
  }

  private void tell(Said said) {
    switch (said.type()) {
      case 'Q' -> {
        heed(said.text());
        pipeline.sent(Request.QUERY, new Note(Request.QUERY, said.text(), ""));
      }
      case 'P' -> {
        Note note = new Note(Request.PARSE, said.text(), "");
        NameChanges changes = NameChanges.of(said.text());
        note.name = statements.give(said.name(), said.text(), pipeline.cycle(), changes);
        sent(note);
      }
      case 'B' -> {
        String text = statements.get(said.text(), pipeline.cycle());
        Note note = new Note(Request.BIND, text, said.tag());
        note.name = portals.give(said.name(), note, pipeline.cycle());
        sent(note);
      }
      case 'D' -> {
        Note bound = said.text().equals("P") ? portals.get(said.name(), pipeline.cycle()) : null;
        String text = bound == null ? null : bound.text;
        if (said.text().equals("S")) {
          text = statements.get(said.name(), pipeline.cycle());
        }
        sent(new Note(Request.DESCRIBE, text, ""));
      }
      case 'E' -> {
        Note bound = portals.get(said.name(), pipeline.cycle());
        String text = bound == null ? null : bound.text;
        heed(text);
        sent(new Note(Request.EXECUTE, text, bound == null ? "" : bound.tag));
      }
      case 'C' -> {
        Note note = new Note(Request.CLOSE, null, "");
        SessionNames<?> names = said.text().equals("S") ? statements : portals;
        note.name = names.take(said.name(), pipeline.cycle());
        sent(note);
      }
      case 'F' -> sent(new Note(Request.FUNCTION_CALL, null, said.tag()));
      case 'S' -> sent(new Note(Request.SYNC, null, ""));
      case 'c', 'f' -> pipeline.copyEndSent();
      default -> {} // CopyData and Flush have no part in it
    }
  }

  private void sent(Note note) {
    if (!pipeline.sent(note.request, note)) {
      abandon(note);
    }
  }

  private void heed(@Nullable String sql) {
    NameChanges changes = sql == null ? NameChanges.ANY : NameChanges.of(sql);
    changes.applyTo(statements, portals);
  }

  private void abandon(Note note) {
    if (note.name != null) {
      note.name.failed();
    }
  }

  /** Takes in what has come, and what comes within this time, in milliseconds. */
  void poll(int patience) {
    for (WireMessage next = server.poll(patience); next != null; next = server.poll(patience)) {
      take(next);
    }
  }

  /** Takes in answers up to one of these types, which it says; {@code X} if the session ends. */
  char takeUntil(String types) {
    while (true) {
      WireMessage next = next();
      if (next == null) {
        return 'X';
      }
      take(next);
      if (types.indexOf(next.type()) >= 0) {
        return next.type();
      }
    }
  }

  /** Takes in answers until ReadyForQuery has come this often. */
  void takeReadies(int total) {
    while (readies < total && takeUntil("Z") != 'X') {
      // one more
    }
  }

  private @Nullable WireMessage next() {
    try {
      return server.receiveOrEnd();
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + history(), e);
    }
  }

  /** How often ReadyForQuery has come. */
  int readies() {
    return readies;
  }

  int errors() {
    return errors;
  }

  private void take(WireMessage answer) {
    history.add("< " + (answer.type() == 'N' || answer.type() == 'E' ? answer.text() : answer));
    if (answer.type() == 'Z') {
      readies++;
    }
    if (answer.type() == 'E') {
      errors++;
    }
    boolean lostBefore = pipeline.isLost();
    try {
      compare(answer);
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + history(), e);
    }
    if (pipeline.isLost() && !lostBefore) {
      history.add("  lost");
    }
  }

  private void compare(WireMessage answer) {
    switch (answer.type()) {
      case '1' -> confirm(pipeline.parseComplete());
      case '2' -> confirm(pipeline.bindComplete());
      case '3' -> confirm(pipeline.closeComplete());
      case 'T' -> {
        Note note = pipeline.described();
        if (note != null && note.request == Request.DESCRIBE) {
          assertShown(answer, note.text);
        }
      }
      case 'n' -> pipeline.described();
      case 'C', 'I', 's' -> completed = pipeline.executed();
      case 'V' -> assertShown(answer, tagOf(pipeline.functionReturned()));
      case 'G' -> pipeline.copyInBegan();
      case 'D', 'd' -> compareRow(answer);
      case 'E' -> compareError(answer);
      case 'N' -> compareLog(answer);
      case 'Z' -> {
        completed = pipeline.ready();
        if (answer.body().at(0) == 'I') {
          portals.takeConfirmed();
        }
      }
      default -> {}
    }
  }

  private static @Nullable String tagOf(@Nullable Note note) {
    return note == null ? null : note.tag;
  }

  private void confirm(@Nullable Note note) {
    completed = note;
    if (note != null && note.name != null) {
      note.name.confirmed();
    }
  }

  /** Every tag that the answer shows stands in what was asked. */
  private void assertShown(WireMessage answer, @Nullable String asked) {
    if (!pipeline.isLost() && asked != null) {
      String shown = new String(answer.body().toByteArray(), StandardCharsets.ISO_8859_1);
      for (String tag : TAG.matcher(shown).results().map(MatchResult::group).toList()) {
        assertThat(asked).as("what is said to be answered by %s", tag).contains(tag);
        compared++;
      }
    }
  }

  private void compareRow(WireMessage row) {
    Note asked = pipeline.first();
    if (!pipeline.isLost()) {
      assertThat(asked).as("what a row answers").isNotNull();
      if (asked != null && asked.request == Request.QUERY) {
        assertShown(row, asked.text);
      } else if (asked != null && asked.text != null) {
        assertShown(row, asked.tag + asked.text);
      }
    }
  }

  private void compareError(WireMessage error) {
    Note failed = pipeline.failed(this::abandon);
    if (failed == null) {
      return;
    }
    abandon(failed);
    if (error.text().startsWith("late ")) {
      assertThat(failed.request)
          .as("what checks constraints")
          .isIn(Request.SYNC, Request.QUERY, Request.FUNCTION_CALL);
      compared++;
    } else if (failed.request == Request.QUERY || failed.text != null) {
      for (String tag : TAG.matcher(error.text()).results().map(MatchResult::group).toList()) {
        assertThat(failed.tag + failed.text).as("what has failed, by %s", tag).contains(tag);
        compared++;
      }
    }
  }

  /** What the server says itself that it has just done. */
  private void compareLog(WireMessage notice) {
    var phase = PHASE.matcher(notice.text());
    if (pipeline.isLost() || !phase.matches()) {
      return;
    }
    boolean simple = phase.group(1).equals("statement");
    Note note = simple ? pipeline.first() : completed;
    assertThat(note).as("what has ended: %s", notice.text()).isNotNull();
    if (note == null) {
      return;
    }
    String kind = simple ? "QUERY" : phase.group(1).toUpperCase(Locale.ROOT);
    assertThat(note.request.name()).isEqualTo(kind);
    String parameters = notice.fields().getOrDefault('D', "");
    if (note.text == null) {
      unknown++;
    } else {
      assertThat(note.text).isEqualTo(phase.group(3));
      if (note.request != Request.QUERY) {
        assertThat(parameters).contains(note.tag);
      }
      compared++;
    }
  }

  /** Ends whatever is under way, and looks whether the order is still what it is said to be. */
  void finish() {
    send(Said.copyFail(), Said.sync(), Said.query("ROLLBACK"), Said.query("SELECT 'end of talk'"));
    while (true) {
      WireMessage next = next();
      if (next == null) {
        return;
      }
      take(next);
      if (next.type() == 'D' && next.values().contains("end of talk")) {
        takeUntil("Z");
        assertThat(pipeline.isEmpty()).as(history()).isTrue();
        return;
      }
    }
  }

  boolean isLost() {
    return pipeline.isLost();
  }

  /** How many facts were the same as the server's. */
  int compared() {
    return compared;
  }

  /** How many statements ran whose text was not known. */
  int unknown() {
    return unknown;
  }

  String history() {
    return String.join("\n", history);
  }

  @Override
  public void close() {
    server.close();
  }
}
