package dev.postern.proxy.pool;

import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.routing.Backend;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server connection that sessions use in turn. Its socket stays on the event loop on which it was
 * opened; what it knows of the server's session belongs to the event loop of whoever has it.
 */
public final class PooledBackend {
  private static final int HEADER_LENGTH = 5;

  /** The statement after which nothing of a session is left, but for its role. */
  public static final String DISCARD_ALL = "DISCARD ALL";

  private final Share share;
  private final Channel channel;
  private final Backend server;
  private final InetSocketAddress address;
  private final @Nullable BackendKeyData key;
  private final String loginMethod;
  private final long expiresAt;

  /** Of the pool's idle timeout. */
  private final double patience = Pool.nearlyOne();

  private final PreparedStatements prepared;
  private final ServerParameters initial;
  private final CreationPath path;
  private ServerParameters parameters;

  private final BackendPort port;
  private final Return comingBack;
  private long idleSince;
  private boolean spared;

  PooledBackend(
      Share share,
      Channel channel,
      Backend server,
      InetSocketAddress address,
      @Nullable BackendKeyData key,
      String loginMethod,
      ServerParameters parameters,
      long expiresAt) {
    this.share = share;
    this.channel = channel;
    this.server = server;
    this.address = address;
    this.key = key;
    this.loginMethod = loginMethod;
    this.initial = parameters;
    this.parameters = parameters;
    path = new CreationPath(parameters);
    this.prepared = new PreparedStatements(share.pool().pooling().preparedStatements());
    this.expiresAt = expiresAt;
    port = new BackendPort(this, channel, share);
    comingBack = new Return(this, port, share);
  }

  public Backend server() {
    return server;
  }

  /** Where the server was reached. */
  public InetSocketAddress address() {
    return address;
  }

  /** How the server was satisfied when the connection was opened, for the operator. */
  public String loginMethod() {
    return loginMethod;
  }

  /** What cancels here, or {@code null} where the server gave nothing. */
  public @Nullable BackendKeyData key() {
    return key;
  }

  public Pool pool() {
    return share.pool();
  }

  /** Any thread. */
  public boolean isOpen() {
    return channel.isActive();
  }

  /** Runs a task when the connection is closed, at once if it is; any thread. */
  public void whenClosed(Runnable task) {
    channel.closeFuture().addListener(closed -> task.run());
  }

  /** What the channel tells of what happens there. */
  BackendPort port() {
    return port;
  }

  Channel channel() {
    return channel;
  }

  EventLoop home() {
    return channel.eventLoop();
  }

  long expiresAt() {
    return expiresAt;
  }

  /** It is closed because the pool can spare it. Called on its home loop, as is the next. */
  void spare() {
    spared = true;
  }

  boolean isSpared() {
    return spared;
  }

  long idleSince() {
    return idleSince;
  }

  /**
   * Whether nobody has used it for so long that it is not needed.
   *
   * @param timeout in nanoseconds; zero: it never is
   */
  boolean hasIdledFor(long timeout, long now) {
    return timeout > 0 && now - idleSince > timeout * patience;
  }

  /** What is prepared there. */
  public PreparedStatements prepared() {
    return prepared;
  }

  /** As last reported. */
  public ServerParameters parameters() {
    return parameters;
  }

  /** As it was opened, before any client had it. */
  public ServerParameters initial() {
    return initial;
  }

  /** Where things are created whose schema is not named. */
  public CreationPath path() {
    return path;
  }

  /**
   * Whoever got the connection takes what it sends from now on. If it is closed already, the user
   * hears so.
   */
  public void attach(BackendUser newUser) {
    if (home().inEventLoop()) { // nearly always: nothing is allocated then
      port.attach(newUser);
    } else {
      home().execute(() -> port.attach(newUser));
    }
  }

  /** Queues the bytes and takes them over; they leave with the next flush. */
  public void write(ByteBuf bytes) {
    channel.write(bytes, channel.voidPromise());
  }

  public void flush() {
    channel.flush();
  }

  /** Stops or resumes reading from the server. */
  public void reading(boolean reading) {
    if (channel.config().isAutoRead() != reading) {
      channel.config().setAutoRead(reading);
    }
  }

  /**
   * Ends the use: the server is ready for a query, in no transaction, and its session is as the
   * next user may find it.
   */
  public void giveBack() {
    giveBack(List.of());
  }

  /**
   * Ends the use; the server is ready for a query.
   *
   * @param cleaning statements that make its session fit for the next user
   */
  public void giveBack(List<String> cleaning) {
    reading(true);
    if (home().inEventLoop()) {
      comingBack.begin(cleaning);
    } else {
      home().execute(() -> comingBack.begin(cleaning));
    }
  }

  /**
   * Ends the use and the connection: says that nothing more will come, and lets the server find out
   * that what it does is of no use.
   *
   * @param busy whether the server may be working; it is then not told to terminate
   */
  public void discard(boolean busy) {
    onHome(
        () -> {
          port.detach();
          channel.config().setAutoRead(true);
          Closing.close(channel, busy);
        });
  }

  /** A cancel request for this connection is under way: nobody else gets it until that is over. */
  public void cancelStarted() {
    onHome(comingBack::cancelStarted);
  }

  /**
   * The cancel request is over. Any thread.
   *
   * @param certain whether nothing of it can come later; if it can, nobody else gets the connection
   */
  public void cancelEnded(boolean certain) {
    home().execute(() -> comingBack.cancelEnded(certain));
  }

  private void onHome(Runnable task) {
    EventLoop home = channel.eventLoop();
    if (home.inEventLoop()) {
      task.run();
    } else {
      home.execute(task);
    }
  }

  void idle(long now) {
    idleSince = now;
  }

  /** Takes back what came for a user that has given the connection back. */
  public void unclaimed(ByteBuf bytes) {
    onHome(() -> port.readIdle(bytes));
  }

  /** Reads a whole ParameterStatus, header included; false if it is none. */
  public boolean report(ByteBuf message) {
    try {
      int at = message.readerIndex() + HEADER_LENGTH;
      var status =
          (ParameterStatus)
              BackendCodec.decode((byte) 'S', message.slice(at, message.writerIndex() - at));
      String value = status.value();
      if (!value.chars().allMatch(c -> c <= 0x7f)) {
        value = decoded(message.slice(at, message.writerIndex() - at), value);
      }
      parameters = pool().intern(parameters.with(status.name(), value));
      return true;
    } catch (ProtocolException e) {
      return false;
    }
  }

  /** The value at the end of a ParameterStatus, which comes in the client's encoding. */
  private String decoded(ByteBuf body, String unicode) {
    Charset encoding = ClientEncoding.of(parameters);
    if (encoding == null) {
      return unicode;
    }
    int nameEnd = body.bytesBefore((byte) 0);
    return body.toString(
        body.readerIndex() + nameEnd + 1, body.readableBytes() - nameEnd - 2, encoding);
  }

  @Override
  public String toString() {
    return "connection to "
        + pool().key()
        + " (process "
        + (key == null ? 0 : key.processId())
        + ")";
  }
}
