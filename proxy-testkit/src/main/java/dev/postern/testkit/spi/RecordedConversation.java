package dev.postern.testkit.spi;

import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Message;
import dev.postern.proxy.recording.RecordedEvent;
import dev.postern.proxy.recording.RecordingReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a client and a server said to each other, as the plugin {@code recorder} has written it: a
 * fixture out of a real session. Played through a session with an interceptor, it gives the
 * conversation that would have come of that, to be compared.
 *
 * <pre>{@code
 * var said = RecordedConversation.resource(MyTest.class, "psql.recording");
 * FakeInterests session = new FakeInterests();
 * interceptor.open(Samples.session("alice", "app"), session);
 *
 * assertThat(said.through(session)).isEqualTo(said);
 * }</pre>
 *
 * <p>A recording holds values only where the recorder was told not to leave them out ({@code
 * redact}); else there are as many letters {@code x}. Of a column only name, type and format are
 * recorded. A message that was too large to be decoded is missing.
 *
 * @param lines in the order in which Postern saw them
 */
public record RecordedConversation(List<Line> lines) {
  /**
   * A message.
   *
   * @param fromClient whether the client sent it; else the server did
   * @param message as far as it was recorded
   */
  public record Line(boolean fromClient, Message message) {
    /** Like {@code recording show}: an arrow, and what the message tells of itself. */
    @Override
    public String toString() {
      return (fromClient ? "-> " : "<- ") + message;
    }
  }

  private static final String UNDECODED = "Undecoded";
  private static final int VERDICT_SECONDS = 20;

  public RecordedConversation {
    lines = List.copyOf(lines);
  }

  /**
   * Reads a recording.
   *
   * @throws IOException if the file cannot be read, is no recording or a damaged one
   * @throws IllegalArgumentException if it holds a message that this version does not know
   */
  public static RecordedConversation load(Path file) throws IOException {
    try (RecordingReader reader = RecordingReader.open(file)) {
      return read(reader);
    }
  }

  /**
   * Reads a recording from the class path.
   *
   * @param beside a class of the package where it is
   * @param name of the file; from the root of the class path with a slash before it
   * @throws IOException as {@link #load}, and if it is not there
   */
  public static RecordedConversation resource(Class<?> beside, String name) throws IOException {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is not on the class path of " + beside);
      }
      try (RecordingReader reader = RecordingReader.of(in.readAllBytes())) {
        return read(reader);
      }
    }
  }

  private static RecordedConversation read(RecordingReader reader) throws IOException {
    List<Line> lines = new ArrayList<>();
    Optional<RecordedEvent> next = reader.next();
    while (next.isPresent()) {
      if (next.get() instanceof RecordedEvent.Message message
          && !message.type().equals(UNDECODED)) {
        lines.add(new Line(message.fromClient(), RecordedMessages.of(message)));
      }
      next = reader.next();
    }
    return new RecordedConversation(lines);
  }

  /** What the client said. */
  public List<FrontendMessage> client() {
    return lines.stream()
        .filter(Line::fromClient)
        .map(line -> (FrontendMessage) line.message())
        .toList();
  }

  /** What the server said. */
  public List<BackendMessage> server() {
    return lines.stream()
        .filter(line -> !line.fromClient())
        .map(line -> (BackendMessage) line.message())
        .toList();
  }

  /**
   * Plays it, both directions in their order, and gives what came out on the other side: the same
   * where the interceptor only looks; other lines where it replaces; an ErrorResponse, or what it
   * answers, to the client where it keeps a message of the client from the server. The recorded
   * server knows nothing of that, and answers as it did. Ends where the interceptor ends the
   * session. A verdict that comes later is waited for.
   *
   * @param session in which the interceptor has declared what it wants
   */
  public RecordedConversation through(FakeInterests session) {
    List<Line> out = new ArrayList<>();
    for (Line line : lines) {
      boolean goesOn =
          line.fromClient()
              ? pass(line, session.onClient((FrontendMessage) line.message()), out)
              : pass(line, session.onServer((BackendMessage) line.message()), out);
      if (!goesOn) {
        break;
      }
    }
    return new RecordedConversation(out);
  }

  /** Whether the session goes on. */
  private static <M extends Message> boolean pass(Line line, Verdict<M> verdict, List<Line> out) {
    switch (verdict) {
      case Verdict.Forward<M> _ -> out.add(line);
      case Verdict.Replace<M>(List<M> messages) ->
          messages.forEach(message -> out.add(new Line(line.fromClient(), message)));
      case Verdict.Answer<M>(List<BackendMessage> messages) ->
          messages.forEach(message -> out.add(new Line(false, message)));
      case Verdict.Reject<M>(var sqlState, var text) -> {
        out.add(
            new Line(
                false,
                line.fromClient()
                    ? ErrorResponse.error(sqlState, text)
                    : ErrorResponse.fatal(sqlState, text)));
        return line.fromClient();
      }
      case Verdict.Terminate<M>(var sqlState, var text) -> {
        out.add(new Line(false, ErrorResponse.fatal(sqlState, text)));
        return false;
      }
      case Verdict.Later<M> later -> {
        return pass(line, decided(later), out);
      }
    }
    return true;
  }

  private static <M> Verdict<M> decided(Verdict.Later<M> later) {
    try {
      return later.verdict().toCompletableFuture().get(VERDICT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no verdict within " + VERDICT_SECONDS + " seconds", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new AssertionError("the interceptor failed to decide", e.getCause());
    }
  }
}
