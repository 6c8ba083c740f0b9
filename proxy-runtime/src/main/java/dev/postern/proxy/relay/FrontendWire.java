package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.FrontendMessage;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client sends once it is logged in. */
final class FrontendWire implements Wire<FrontendMessage> {
  private final Relay relay;
  private final Progress progress;
  private final Rejections rejections;
  private byte lastDecoded;

  private FrontendWire(Relay relay, Progress progress, Rejections rejections) {
    this.relay = relay;
    this.progress = progress;
    this.rejections = rejections;
  }

  /** A direction in which somebody wants to see messages, or messages are counted. */
  static Flow flow(Side from, Side to, Relay relay, Progress progress, Rejections rejections) {
    return new MessageFlow<>(
        from,
        to,
        relay,
        new FrontendWire(relay, progress, rejections),
        relay.declarations.frontend);
  }

  @Override
  public FrontendMessage decode(byte type, ByteBuf body) throws ProtocolException {
    lastDecoded = type;
    return FrontendCodec.decode(type, body);
  }

  @Override
  public void encode(FrontendMessage message, ByteBuf out) {
    FrontendCodec.encode(message, out);
  }

  @Override
  public boolean needsWhole(byte type, int length) {
    return false;
  }

  @Override
  public void arrived(byte type, ByteBuf bytes, int at) {}

  @Override
  public void sent(byte type) {
    progress.clientSent(type);
  }

  @Override
  public @Nullable FrontendMessage substitute(FrontendMessage message) {
    return null;
  }

  @Override
  public boolean reject(SqlState sqlState, String message, Consumer<FrontendMessage> emit) {
    if (lastDecoded == 'S' || lastDecoded == 'H' || lastDecoded == 'X') {
      relay.endedBy("(refused a message that has no answer of its own)", sqlState, message);
      return false;
    }
    emit.accept(rejections.reject(lastDecoded, sqlState, message));
    return true;
  }
}
