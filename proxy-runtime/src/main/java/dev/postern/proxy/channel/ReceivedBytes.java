package dev.postern.proxy.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the event loop leaves bytes and the session's virtual thread picks them up. Reading stops
 * while more than {@link #HIGH_WATER} bytes lie here.
 */
final class ReceivedBytes extends ChannelInboundHandlerAdapter {
  /** Bytes; no message of a login is longer. */
  static final int HIGH_WATER = 128 * 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private ByteBuf received = Unpooled.EMPTY_BUFFER;
  private boolean closed;
  private boolean detached;
  private boolean paused;
  private @Nullable Throwable failure;

  /** Waits until {@code length} bytes are here; returns how many are. The bytes stay. */
  int await(int length, Deadline deadline, String waitingFor)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      await(() -> closed || received.readableBytes() >= length, deadline, waitingFor);
      if (received.readableBytes() < length) {
        throw new PeerClosedException(waitingFor, failure);
      }
      return received.readableBytes();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until {@code done}, which is asked again after each {@link #wake}. Waits without a time,
   * which costs less: whoever owns the deadline wakes this at it.
   */
  void await(BooleanSupplier done, Deadline deadline, String waitingFor)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      while (!done.getAsBoolean()) {
        if (deadline.remainingNanos() <= 0) {
          throw new DeadlineExceededException(waitingFor);
        }
        arrived.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The byte at {@code index} of those that were awaited. */
  byte peek(int index) {
    lock.lock();
    try {
      return received.getByte(received.readerIndex() + index);
    } finally {
      lock.unlock();
    }
  }

  /** The four bytes at {@code index} of those that were awaited. */
  int peekInt(int index) {
    lock.lock();
    try {
      return received.getInt(received.readerIndex() + index);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes bytes that were awaited; the caller releases them. Lets the channel read on when there is
   * room again.
   */
  ByteBuf take(int length, Channel channel) {
    lock.lock();
    try {
      ByteBuf taken = received.readRetainedSlice(length);
      if (paused && received.readableBytes() <= HIGH_WATER / 2) {
        paused = false;
        channel.config().setAutoRead(true);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return !received.isReadable();
    } finally {
      lock.unlock();
    }
  }

  /** All that nobody took; the caller releases it. */
  ByteBuf takeAll() {
    lock.lock();
    try {
      ByteBuf all = received;
      received = Unpooled.EMPTY_BUFFER;
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** From here on nothing is kept. */
  ByteBuf detach() {
    lock.lock();
    try {
      detached = true;
      return takeAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    lock.lock();
    try {
      if (detached || closed) {
        bytes.release();
        return;
      }
      received = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), received, bytes);
      if (received.readableBytes() > HIGH_WATER) {
        paused = true;
        ctx.channel().config().setAutoRead(false);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    wake();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    close(null);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    close(cause);
    ctx.close();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (!detached) {
      close(null);
    }
  }

  /** Lets the virtual thread look again. Any thread. */
  void wake() {
    lock.lock();
    try {
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void close(@Nullable Throwable cause) {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        failure = cause;
      }
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Frees what is left, and what still comes until the channel is closed; the virtual thread has
   * gone.
   */
  void release() {
    detach().release();
  }
}
