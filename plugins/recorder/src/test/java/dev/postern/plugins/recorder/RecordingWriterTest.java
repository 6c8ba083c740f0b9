package dev.postern.plugins.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.Bytes;
import dev.postern.api.message.CopyData;
import dev.postern.api.message.Sync;
import dev.postern.proxy.recording.RecordingPrinter;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordingWriterTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir Path directory;

  @Test
  void aFullQueueEndsTheRecordingAndHoldsNobodyUp() throws Exception {
    RecordingStore store = RecordingStore.open(directory, 1L << 30, 1L << 30);
    RecordingWriter writer = new RecordingWriter(store, Redaction.VALUES, "recorder");
    Recording recording =
        new Recording(Samples.session("alice", "app"), Instant.EPOCH, () -> 0, writer);
    recording.begin();
    CopyData large = new CopyData(Bytes.wrap(new byte[MEBIBYTE]));
    for (int i = 0; i < 100; i++) {
      recording.seen(Direction.BACKEND, large);
    }
    recording.seen(Direction.FRONTEND, new Sync());
    // Nothing was written until now: the queue was all there was.
    writer.start();
    writer.close();

    StringBuilder shown = new StringBuilder();
    RecordingPrinter.print(directory.resolve(recording.file.name), shown);
    assertThat(shown.toString().lines().filter(line -> line.contains("CopyData")))
        .hasSize((int) (RecordingWriter.MAX_WEIGHT / MEBIBYTE) - 1);
    assertThat(shown).endsWith("end: QUEUE_FULL\n").doesNotContain("Sync");
  }
}
