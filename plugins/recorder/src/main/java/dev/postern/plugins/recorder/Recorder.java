package dev.postern.plugins.recorder;

import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.session.SessionInfo;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Safe for use by many threads. */
final class Recorder implements MessageInterceptor {
  private final RecorderConfig config;
  private final RecordingWriter writer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  Recorder(
      RecorderConfig config, RecordingWriter writer, InstantSource clock, LongSupplier nanoTime) {
    this.config = config;
    this.writer = writer;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Files are written by a thread of their own. */
  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public void open(SessionInfo session, Interests interests) {
    if (!config.wants(session.user().name(), session.startup().database())) {
      return;
    }
    Recording recording = new Recording(session, clock.instant(), nanoTime, writer);
    recording.begin();
    interests
        .observeFrontend(
            FrontendMessage.class, message -> recording.seen(Direction.FRONTEND, message))
        .observeBackend(BackendMessage.class, message -> recording.seen(Direction.BACKEND, message))
        .onUndecoded(recording::undecoded)
        .onClose(reason -> recording.end(reason.name()));
  }

  /** Writes what is still queued. */
  @Override
  public void close() throws InterruptedException {
    writer.close();
  }
}
