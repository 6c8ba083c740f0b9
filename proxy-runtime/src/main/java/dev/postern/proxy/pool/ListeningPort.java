package dev.postern.proxy.pool;

import dev.postern.api.Bytes;
import dev.postern.api.FailureKind;
import dev.postern.api.SessionException;
import dev.postern.api.SqlState;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server connection that listens: what is asked there, one query behind the other, and what
 * comes. Called on its event loop.
 */
final class ListeningPort extends ChannelInboundHandlerAdapter {
  /** A server that was asked and says nothing for longer is given up. */
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  /** How often it is looked after, in milliseconds. */
  private static final int TICK_MILLIS = 1000;

  private static final int HEADER_LENGTH = 5;

  /**
   * A query under way.
   *
   * @param channels that the server listens to when it has answered without an error
   */
  private record Query(Collection<SharedChannel> channels, @Nullable Asking asking) {}

  private final ListeningConnection connection;
  private final Channel channel;

  /** Whether names and payloads come as clients sent them. */
  private final boolean bytesAsTheyAre;

  private final BackendFrames frames = new BackendFrames();
  private final Deque<Query> queries = new ArrayDeque<>();
  private final Map<Listener, List<Notification>> batches = new LinkedHashMap<>();
  private @Nullable Consumer<@Nullable Exception> prepared;

  /** How many queries that prepare it are not answered. */
  private int preparing;

  private @Nullable Exception error;

  /** Since when nothing has come that is waited for, in the time of System.nanoTime. */
  private long quietSince = System.nanoTime();

  private final ScheduledFuture<?> ticking;
  private boolean over;

  private final HandedNotifications handed;

  /** Whether all clients take more. */
  private boolean wanted = true;

  /** Whether it reads; it does not while a client, or an event loop, has too much to do. */
  private boolean reading = true;

  private ListeningPort(ListeningConnection connection, Channel channel, boolean bytesAsTheyAre) {
    this.connection = connection;
    this.channel = channel;
    this.bytesAsTheyAre = bytesAsTheyAre;
    handed = new HandedNotifications(() -> channel.eventLoop().execute(this::updateReading));
    ticking =
        channel
            .eventLoop()
            .scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes a connection over; {@code null} if it is closed. */
  static @Nullable ListeningPort on(Opener.Opened opened, ListeningConnection connection) {
    BlockingChannel blocking = opened.connection().channel();
    if (!blocking.channel().isActive()) {
      opened.connection().close();
      return null;
    }
    String encoding = opened.greeting().parameters().getOrDefault("server_encoding", "SQL_ASCII");
    ListeningPort port =
        new ListeningPort(connection, blocking.channel(), encoding.equals("SQL_ASCII"));
    ByteBuf rest = blocking.handOver(port);
    blocking.channel().config().setAutoRead(true);
    port.read(rest);
    return port;
  }

  /**
   * Asks for what it needs first.
   *
   * @param channels that are wanted
   * @param done told when all is answered, with the first error
   */
  void prepare(Collection<SharedChannel> channels, Consumer<@Nullable Exception> done) {
    List<List<SharedChannel>> pieces = ListeningQueries.pieces(channels);
    prepared = done;
    preparing = (bytesAsTheyAre ? 1 : 2) + pieces.size();
    ask(ListeningQueries.SETTINGS, List.of(), null);
    if (!bytesAsTheyAre) {
      ask(ListeningQueries.UNICODE, List.of(), null);
    }
    pieces.forEach(piece -> listen(piece, null));
  }

  /**
   * Listens to these channels, too.
   *
   * @param channels may be none; the server answers nevertheless
   * @param asking told when it is answered
   */
  void listen(Collection<SharedChannel> channels, @Nullable Asking asking) {
    ask(ListeningQueries.listen(channels), channels, asking);
  }

  /** Has the server answer; what it has sent before has come then. */
  void catchUp(Asking asking) {
    ask("", List.of(), asking);
  }

  void unlisten(Collection<String> names) {
    ask(ListeningQueries.unlisten(names), List.of(), null);
  }

  private void ask(String query, Collection<SharedChannel> channels, @Nullable Asking asking) {
    if (over) {
      if (asking != null) {
        connection.lost(this, List.of(asking));
      }
      return;
    }
    if (queries.isEmpty()) {
      quietSince = System.nanoTime();
    }
    queries.add(new Query(channels, asking));
    byte[] text = query.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf out = channel.alloc().buffer(HEADER_LENGTH + text.length + 1);
    out.writeByte('Q').writeInt(4 + text.length + 1).writeBytes(text).writeByte(0);
    channel.writeAndFlush(out, channel.voidPromise());
  }

  /** Nobody else finds a server that has gone without a word, as long as nobody asks it. */
  private void tick() {
    if (!reading) {
      return;
    }
    Duration quiet = Duration.ofNanos(System.nanoTime() - quietSince);
    Duration checkAfter = connection.pool().pooling().checkAfter();
    if (!queries.isEmpty() && quiet.compareTo(TIMEOUT) >= 0) {
      channel.close();
    } else if (queries.isEmpty() && checkAfter.isPositive() && quiet.compareTo(checkAfter) >= 0) {
      ask("", List.of(), null);
    }
  }

  void reading(boolean on) {
    wanted = on;
    updateReading();
  }

  private void updateReading() {
    boolean on = wanted && !handed.isFull();
    if (on != reading) {
      reading = on;
      quietSince = System.nanoTime();
      channel.config().setAutoRead(on);
    }
  }

  void close() {
    Closing.close(channel, false);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    read((ByteBuf) message);
  }

  private void read(ByteBuf bytes) {
    quietSince = System.nanoTime();
    if (over) {
      bytes.release();
    } else if (!frames.accept(channel.alloc(), bytes, this::read)) {
      channel.close();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    handBatches();
  }

  private void handBatches() {
    batches.forEach(handed::hand);
    batches.clear();
    updateReading();
  }

  private boolean read(byte type, ByteBuf message) {
    return switch (type) {
      case 'A' -> notified(message);
      case 'Z' -> ready();
      case 'E' -> failed(message);
      default -> true;
    };
  }

  private boolean notified(ByteBuf message) {
    int at = message.readerIndex() + HEADER_LENGTH;
    int end = message.indexOf(at + 4, message.writerIndex(), (byte) 0);
    if (end < 0) {
      return false;
    }
    String name = message.toString(at + 4, end - at - 4, StandardCharsets.ISO_8859_1);
    Notification notification = null;
    for (Listener listener : connection.listenersTo(name)) {
      if (notification == null) {
        byte[] body = ByteBufUtil.getBytes(message, at + 4, message.writerIndex() - at - 4);
        notification = new Notification(message.getInt(at), name, Bytes.wrap(body));
      }
      batches.computeIfAbsent(listener, first -> new ArrayList<>()).add(notification);
    }
    return true;
  }

  private boolean ready() {
    Query query = queries.poll();
    if (query == null) {
      return false;
    }
    if (error == null) {
      query.channels().forEach(channel -> channel.confirmed = true);
    }
    if (preparing > 0) {
      if (--preparing == 0 && prepared != null) {
        prepared.accept(error);
        error = null;
      }
      return true;
    }
    handBatches(); // what came before the answer is heard before it
    Exception failure = error;
    error = null;
    if (query.asking() != null) {
      query.asking().tell(failure);
    }
    return true;
  }

  private boolean failed(ByteBuf message) {
    int at = message.readerIndex() + HEADER_LENGTH;
    try {
      ErrorResponse response =
          (ErrorResponse)
              BackendCodec.decode((byte) 'E', message.slice(at, message.writerIndex() - at));
      SqlState sqlState = response.sqlState();
      error =
          new SessionException(
              sqlState == null ? SqlState.INTERNAL_ERROR : sqlState,
              FailureKind.BACKEND,
              response.message());
      return true;
    } catch (ProtocolException e) {
      return false;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    over = true;
    ticking.cancel(false);
    frames.release();
    handBatches();
    if (preparing > 0 && prepared != null) {
      prepared.accept(new IOException("the server closed the connection"));
    }
    List<Asking> unanswered = new ArrayList<>();
    for (Query query : queries) {
      if (query.asking() != null) {
        unanswered.add(query.asking());
      }
    }
    queries.clear();
    connection.lost(this, unanswered);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
