package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.user.RecordingFiles.Write;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kill leaves behind is what was written until then, the last write perhaps in part. */
final class StoreCrashTest {
  /** Lets H2 use the space of what is not needed any more at once; by itself it waits for 45 s. */
  private static final String AT_ONCE = ";RETENTION_TIME=0";

  /** What a kill may leave of a write is whole pages. */
  private static final int PAGE = 4096;

  private static final int SESSIONS = 4;

  @TempDir private Path home;
  private int added;

  @Test
  void atEveryWriteNothingAcknowledgedIsLostAndNothingIsHalf() throws IOException {
    List<Write> writes = RecordingFiles.recordWhile(this::addUsers);
    Random random = new Random(3);
    RecordingFiles.Image image = new RecordingFiles.Image().apply(writes.getFirst());
    for (Write write : writes.subList(1, writes.size())) {
      int part = PAGE * random.nextInt(1 + write.length() / PAGE);
      image.copy().apply(write.firstBytes(part)).writeTo(home.resolve("copy/users.mv.db"));
      assertHoldsUsers(write.acknowledged());
      image.apply(write);
    }
    image.writeTo(home.resolve("copy/users.mv.db"));
    assertHoldsUsers(added);
  }

  private void addUsers(String urlPrefix) {
    StoreFile file = new StoreFile(home.resolve("data"), urlPrefix, AT_ONCE);
    Random random = new Random(5);
    for (int session = 0; session < SESSIONS; session++) {
      try (UserStore store = UserStore.open(file, home.resolve("key"), InstantSource.system())) {
        for (int i = 4 + random.nextInt(8); i > 0; i--) {
          store.add("user" + added, NewVerifier.of(Verifiers.any()), UserSettings.UNLIMITED);
          added++;
          RecordingFiles.acknowledge(added);
        }
      }
    }
  }

  private void assertHoldsUsers(int acknowledged) {
    StoreFile file = new StoreFile(home.resolve("copy"));
    try (UserStore store = UserStore.open(file, home.resolve("key"), InstantSource.system())) {
      assertThat(store.list())
          .hasSizeBetween(acknowledged, acknowledged + 1)
          .allSatisfy(entry -> assertThat(entry.user().verifiers()).hasSize(1));
    }
  }
}
