package dev.postern.proxy.relay;

import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.session.CloseReason;
import dev.postern.proxy.channel.BlockingChannel;
import dev.postern.proxy.channel.Deadline;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.FrontendCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A relay between two channels that live in the test. */
final class RelayFixture implements AutoCloseable {
  static final int MAX_DECLARED = 1000;
  static final ReadyForQuery READY = new ReadyForQuery(TransactionStatus.IDLE);

  final EmbeddedChannel client = new EmbeddedChannel();
  final EmbeddedChannel backend = new EmbeddedChannel();
  final Declarations declarations = new Declarations();
  @Nullable CloseReason reason;
  String detail = "";
  boolean busy;
  private @Nullable DedicatedRelay relay;

  RelayFixture start() {
    return start(false);
  }

  RelayFixture start(boolean countMessages) {
    Deadline deadline = Deadline.in(Duration.ofMinutes(1));
    BlockingChannel clientChannel = new BlockingChannel(client, deadline);
    BlockingChannel backendChannel = new BlockingChannel(backend, deadline);
    DedicatedRelay started =
        new DedicatedRelay(
            "7",
            clientChannel,
            backendChannel,
            declarations,
            new RelaySettings(
                MAX_DECLARED, 0, Duration.ofSeconds(20), Duration.ofSeconds(15), countMessages),
            null,
            (why, what, told, working) -> {
              reason = why;
              detail = what;
              busy = working;
            });
    relay = started;
    started.start(clientChannel, backendChannel);
    return this;
  }

  /** Frees what no test read. */
  @Override
  public void close() {
    client.finishAndReleaseAll();
    backend.finishAndReleaseAll();
  }

  Progress progress() {
    return Objects.requireNonNull(relay).progress();
  }

  void clientSends(FrontendMessage... messages) {
    client.writeInbound(frontend(messages));
  }

  void backendSends(BackendMessage... messages) {
    backend.writeInbound(backend(messages));
  }

  static ByteBuf frontend(FrontendMessage... messages) {
    ByteBuf out = Unpooled.buffer();
    for (FrontendMessage message : messages) {
      FrontendCodec.encode(message, out);
    }
    return out;
  }

  static ByteBuf backend(BackendMessage... messages) {
    ByteBuf out = Unpooled.buffer();
    for (BackendMessage message : messages) {
      BackendCodec.encode(message, out);
    }
    return out;
  }

  /** All bytes that left through a channel since the last call. */
  static ByteBuf sent(EmbeddedChannel channel) {
    channel.runPendingTasks();
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    return all;
  }

  List<FrontendMessage> toBackend() throws Exception {
    ByteBuf bytes = sent(backend);
    List<FrontendMessage> messages = new ArrayList<>();
    while (bytes.isReadable()) {
      byte type = bytes.readByte();
      messages.add(FrontendCodec.decode(type, bytes.readSlice(bytes.readInt() - 4)));
    }
    return messages;
  }

  List<BackendMessage> toClient() throws Exception {
    ByteBuf bytes = sent(client);
    List<BackendMessage> messages = new ArrayList<>();
    while (bytes.isReadable()) {
      byte type = bytes.readByte();
      messages.add(BackendCodec.decode(type, bytes.readSlice(bytes.readInt() - 4)));
    }
    return messages;
  }
}
