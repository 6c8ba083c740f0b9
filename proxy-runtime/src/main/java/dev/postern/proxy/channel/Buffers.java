package dev.postern.proxy.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.util.NettyRuntime;

/**
 * Where the bytes of all connections lie. Netty's default allocator gives large buffers back to the
 * system and has new ones filled with zeros, which is a tenth of the work of a COPY.
 */
final class Buffers {
  private static final int PAGE = 8 * 1024;

  /** Chunks of 1 MiB, the least in which the greatest read fits with room to spare. */
  private static final int CHUNK_ORDER = 7;

  private static final int SMALLEST_READ = 512;
  private static final int FIRST_READ = 2 * 1024;

  /** A bulk transfer costs a third less with reads of this size than with 64 KiB. */
  private static final int GREATEST_READ = 256 * 1024;

  private static final ByteBufAllocator ALLOCATOR =
      new PooledByteBufAllocator(
          true,
          0,
          NettyRuntime.availableProcessors(),
          PAGE,
          CHUNK_ORDER,
          PooledByteBufAllocator.defaultSmallCacheSize(),
          PooledByteBufAllocator.defaultNormalCacheSize(),
          false);

  private Buffers() {}

  static void prepare(Channel connection) {
    connection
        .config()
        .setAllocator(ALLOCATOR)
        .setRecvByteBufAllocator(
            new AdaptiveRecvByteBufAllocator(SMALLEST_READ, FIRST_READ, GREATEST_READ));
  }
}
