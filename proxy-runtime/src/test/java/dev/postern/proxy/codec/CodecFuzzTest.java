package dev.postern.proxy.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.message.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Bodies that nobody should send. The number of inputs is the property {@code postern.fuzz.inputs},
 * the seed of the first {@code postern.fuzz.seed}; a failure names its own seed, with which one
 * input repeats it.
 */
final class CodecFuzzTest {
  private static final int INPUTS = Integer.getInteger("postern.fuzz.inputs", 100_000);
  private static final long SEED = Long.getLong("postern.fuzz.seed", 20_260_101L);
  private static final List<Sample<? extends Message>> SAMPLES = Samples.all();

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, false);

  @Test
  void refusesOrUnderstandsWhateverComes() {
    for (long seed = SEED; seed < SEED + INPUTS; seed++) {
      Random random = new Random(seed);
      Sample<? extends Message> sample = SAMPLES.get(random.nextInt(SAMPLES.size()));
      byte[] input = random.nextInt(4) == 0 ? noise(random) : mutation(sample.body(), random);
      try {
        feed(sample, input, random.nextBoolean());
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed + ", " + sample, e);
      }
    }

    assertThat(allocator.metric().usedHeapMemory()).isZero();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  /**
   * What is understood must be the same after a round trip: nothing may mean one thing here and
   * another behind.
   */
  private void feed(Sample<? extends Message> sample, byte[] input, boolean direct) {
    ByteBuf body =
        direct ? allocator.directBuffer(input.length) : allocator.heapBuffer(input.length);
    ByteBuf out = allocator.heapBuffer();
    try {
      Message decoded = sample.decode(body.writeBytes(input));
      assertThat(body.isReadable()).isFalse();
      sample.encode(decoded, out);
      out.skipBytes(sample.wire().length() - sample.body().length);
      assertThat(sample.decode(out)).isEqualTo(decoded);
    } catch (ProtocolException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    } finally {
      assertThat(body.release()).isTrue();
      assertThat(out.release()).isTrue();
    }
  }

  private static byte[] noise(Random random) {
    byte[] noise = new byte[random.nextInt(64)];
    random.nextBytes(noise);
    return noise;
  }

  private static byte[] mutation(byte[] body, Random random) {
    byte[] mutation = Arrays.copyOf(body, Math.max(0, body.length + random.nextInt(-4, 5)));
    for (int i = random.nextInt(4); i > 0 && mutation.length > 0; i--) {
      int at = random.nextInt(mutation.length);
      mutation[at] =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> (byte) 0xFF;
            case 2 -> 0x7F;
            default -> (byte) random.nextInt();
          };
    }
    return mutation;
  }
}
