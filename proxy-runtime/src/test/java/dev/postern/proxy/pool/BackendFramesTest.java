package dev.postern.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BackendFramesTest {
  private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
  private final BackendFrames frames = new BackendFrames();

  @Test
  void putsTogetherWhatCameInPieces() {
    List<Integer> lengths = new ArrayList<>();
    for (byte[] piece : new byte[][] {{'N', 0, 0}, {0, 6, 1}, {2, 'N', 0, 0, 0, 4, 'N'}}) {
      assertThat(
              frames.accept(
                  alloc, bytes(piece), (type, message) -> lengths.add(message.readableBytes())))
          .isTrue();
    }
    assertThat(lengths).containsExactly(7, 5);
    assertThat(frames.isEmpty()).isFalse();
    frames.release();
  }

  @Test
  void keepsNoMoreThanTheMessageThatIsNotWholeYet() {
    byte[] notice = new byte[1000];
    notice[0] = 'N';
    notice[3] = (byte) ((notice.length - 1) >> 8);
    notice[4] = (byte) (notice.length - 1);
    int[] read = {0};
    long most = 0;
    ByteBuf stream = alloc.heapBuffer();
    for (int i = 0; i < 10_000; i++) {
      stream.writeBytes(notice);
      frames.accept(
          alloc, stream.readBytes(i == 0 ? 900 : 1000), (type, message) -> read[0]++ >= 0);
      stream.discardReadBytes();
      most = Math.max(most, alloc.metric().usedHeapMemory());
    }
    assertThat(read[0]).isEqualTo(9_999);
    assertThat(most).isLessThan(64 * 1024);
    frames.release();
    stream.release();
    assertThat(alloc.metric().usedHeapMemory()).isZero();
  }

  private ByteBuf bytes(byte... piece) {
    return alloc.heapBuffer().writeBytes(piece);
  }
}
