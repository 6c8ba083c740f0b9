package dev.postern.proxy.channel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One connection, read and written by one virtual thread that may wait. Every wait ends at the
 * deadline. Closing the channel, from any thread, wakes the reader.
 */
public final class BlockingChannel {
  /** A message's type byte and length. */
  private static final int HEADER_LENGTH = 5;

  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Channel channel;
  private final ReceivedBytes received = new ReceivedBytes();
  private Deadline deadline;
  private Future<?> timer;
  private @Nullable SslHandler tls;

  /** Takes the bytes of a channel that has just been opened, on its event loop. */
  public BlockingChannel(Channel channel, Deadline deadline) {
    this.channel = channel;
    this.deadline = deadline;
    this.timer = wakeAt(deadline);
    channel.pipeline().addLast(received);
  }

  public void deadline(Deadline newDeadline) {
    if (!newDeadline.equals(deadline)) {
      timer.cancel(false);
      deadline = newDeadline;
      timer = wakeAt(newDeadline);
    }
  }

  private Future<?> wakeAt(Deadline time) {
    return channel
        .eventLoop()
        .schedule(received::wake, Math.max(1, time.remainingNanos()), TimeUnit.NANOSECONDS);
  }

  public Deadline deadline() {
    return deadline;
  }

  public EventLoop eventLoop() {
    return channel.eventLoop();
  }

  public Channel channel() {
    return channel;
  }

  public ByteBufAllocator alloc() {
    return channel.alloc();
  }

  public InetSocketAddress remoteAddress() {
    return (InetSocketAddress) channel.remoteAddress();
  }

  public InetSocketAddress localAddress() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** The TLS layer, or {@code null} while the connection is in clear. */
  public @Nullable SslHandler tls() {
    return tls;
  }

  /** Waits for a byte and leaves it there. */
  public byte peek(String waitingFor) throws IOException, InterruptedException {
    received.await(1, deadline, waitingFor);
    return received.peek(0);
  }

  /** Waits for four bytes and leaves them there. */
  public int peekInt(String waitingFor) throws IOException, InterruptedException {
    received.await(4, deadline, waitingFor);
    return received.peekInt(0);
  }

  /** Waits for {@code length} bytes; the caller releases them. */
  public ByteBuf read(int length, String waitingFor) throws IOException, InterruptedException {
    received.await(length, deadline, waitingFor);
    return received.take(length, channel);
  }

  /**
   * Waits for one whole message of the protocol and takes it, header included; the caller releases
   * it. Its length is checked before anything is kept for it.
   *
   * @param maxLength the greatest length field that is accepted, in bytes
   * @throws FrameException if the length is less than 4 or greater than {@code maxLength}
   */
  public ByteBuf readMessage(int maxLength, String waitingFor)
      throws IOException, InterruptedException, FrameException {
    received.await(HEADER_LENGTH, deadline, waitingFor);
    byte type = received.peek(0);
    int length = received.peekInt(1);
    if (length < 4 || length > maxLength) {
      throw new FrameException(type, length, maxLength);
    }
    received.await(1 + length, deadline, waitingFor);
    return received.take(1 + length, channel);
  }

  /** Whether bytes lie here that nobody took yet. */
  public boolean hasUnread() {
    return !received.isEmpty();
  }

  /**
   * Sends, and releases, the bytes; does not wait. That the connection is gone shows when it is
   * read.
   */
  public ChannelFuture write(ByteBuf bytes) {
    return channel.writeAndFlush(bytes);
  }

  /**
   * Sends, and then closes as {@link LingeringClose} does, or at once if sending takes longer than
   * a second.
   */
  public void writeAndClose(ByteBuf bytes) {
    LingeringClose.close(channel, bytes, LAST_WORDS);
  }

  public void close() {
    channel.close();
  }

  /**
   * Puts TLS under the connection and waits for the handshake. What the peer sent in clear before
   * that is never read as if it had been protected: unless {@code firstBytesAreTls}, unread bytes
   * end the connection.
   *
   * @param handler the TLS engine for this side
   * @param clearReply sent in clear first, or {@code null}
   * @param firstBytesAreTls whether what has arrived already is the peer's ClientHello
   * @throws PlaintextBeforeTlsException if the peer sent more in clear than it may
   * @throws PeerClosedException if the peer has gone; a handler in the pipeline of a closed channel
   *     would never finish its handshake, and never free its engine
   */
  public void startTls(SslHandler handler, @Nullable ByteBuf clearReply, boolean firstBytesAreTls)
      throws IOException, InterruptedException {
    if (!begun(handler, clearReply, firstBytesAreTls)) {
      throw new PlaintextBeforeTlsException();
    }
    tls = handler;
    try {
      await(handler.handshakeFuture(), "the TLS handshake");
    } catch (NotSslRecordException e) {
      // Netty's message repeats all that the peer sent.
      throw new SSLHandshakeException("what came is not TLS");
    }
  }

  /** Whether TLS has begun. Where it has not, nobody else frees the engine and the reply. */
  private boolean begun(SslHandler handler, @Nullable ByteBuf clearReply, boolean firstBytesAreTls)
      throws IOException, InterruptedException {
    Future<Boolean> begun;
    try {
      begun = eventLoop().submit(() -> begin(handler, clearReply, firstBytesAreTls));
    } catch (RejectedExecutionException e) { // the server has ended meanwhile
      free(handler, clearReply);
      throw new PeerClosedException("TLS to start", e);
    }
    try {
      return await(begun, "TLS to start");
    } catch (DeadlineExceededException e) {
      if (begun.isCancelled()) {
        free(handler, clearReply);
      }
      throw e;
    }
  }

  private boolean begin(SslHandler handler, @Nullable ByteBuf clearReply, boolean firstBytesAreTls)
      throws PeerClosedException {
    boolean plaintext = !firstBytesAreTls && !received.isEmpty();
    if (plaintext || !channel.isActive()) {
      free(handler, clearReply);
      if (plaintext) {
        return false;
      }
      throw new PeerClosedException("TLS to start", null);
    }
    if (clearReply != null) {
      channel.writeAndFlush(clearReply);
    }
    ByteBuf clientHello = firstBytesAreTls ? received.takeAll() : null;
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(pipeline.context(received).name(), null, handler);
    if (clientHello != null) {
      channel.pipeline().fireChannelRead(clientHello).fireChannelReadComplete();
    }
    return true;
  }

  private static void free(SslHandler handler, @Nullable ByteBuf clearReply) {
    ReferenceCountUtil.release(handler.engine());
    ReferenceCountUtil.release(clearReply);
  }

  /** Waits until the future is done, well or badly. It is not cancelled at the deadline. */
  public void awaitDone(Future<?> future, String waitingFor)
      throws IOException, InterruptedException {
    if (!future.isDone()) {
      future.addListener(done -> received.wake());
      received.await(future::isDone, deadline, waitingFor);
    }
  }

  /** Waits for a future of this channel's event loop, and cancels it at the deadline. */
  public <T> T await(Future<T> future, String waitingFor) throws IOException, InterruptedException {
    try {
      awaitDone(future, waitingFor);
    } catch (DeadlineExceededException e) {
      future.cancel(false);
      throw e;
    }
    Throwable cause = future.cause();
    if (cause instanceof IOException io) {
      throw io;
    }
    if (cause instanceof CancellationException) {
      throw new PeerClosedException(waitingFor, null);
    }
    if (cause != null) {
      throw new IOException(waitingFor + " failed: " + cause.getMessage(), cause);
    }
    return future.getNow();
  }

  /**
   * Gives the channel to {@code next}, on the event loop, which gets all bytes that nobody took;
   * this object is not used any more.
   *
   * @return the unread bytes, for {@code next} to handle and release; may be empty
   */
  public ByteBuf handOver(ChannelHandler next) {
    timer.cancel(false);
    ByteBuf rest = received.detach();
    channel.pipeline().replace(received, null, next);
    return rest;
  }

  /**
   * Frees what was received and not read. For the end of a connection that was not handed over. May
   * be called by any thread: the event loop may have ended.
   */
  public void release() {
    timer.cancel(false);
    received.release();
  }
}
