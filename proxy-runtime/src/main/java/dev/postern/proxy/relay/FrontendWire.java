package dev.postern.proxy.relay;

import static dev.postern.proxy.codec.MessageTypes.QUERY;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.FrontendMessage;
import dev.postern.proxy.codec.FrontendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client sends once it is logged in. */
final class FrontendWire implements Wire<FrontendMessage> {
  private static final int NOBODY = Integer.MAX_VALUE;

  private final Relay relay;
  private final Progress progress;
  private final Rejections rejections;
  private final @Nullable GivenAnswers answers;
  private byte lastDecoded;

  /**
   * The place of the first interceptor that refused a message of the extended protocol. The backend
   * skips up to Sync, and those behind it are not shown what is skipped: they have not seen why.
   */
  private int refusedBy = NOBODY;

  private FrontendWire(
      Relay relay, Progress progress, Rejections rejections, @Nullable GivenAnswers answers) {
    this.relay = relay;
    this.progress = progress;
    this.rejections = rejections;
    this.answers = answers;
  }

  /**
   * A direction in which somebody wants to see messages, or messages are counted.
   *
   * @param answers {@code null} where nobody decides
   */
  static Flow flow(
      Side from,
      Side to,
      Relay relay,
      Progress progress,
      Rejections rejections,
      @Nullable GivenAnswers answers) {
    return new MessageFlow<>(
        from,
        to,
        relay,
        new FrontendWire(relay, progress, rejections, answers),
        relay.declarations.frontend);
  }

  @Override
  public FrontendMessage decode(byte type, ByteBuf body) throws ProtocolException {
    lastDecoded = type;
    return FrontendCodec.decode(type, body);
  }

  @Override
  public @Nullable FrontendMessage decodeInPlace(byte type, ByteBuf bytes, int from, int length) {
    if (type != QUERY) {
      return null;
    }
    lastDecoded = type;
    return FrontendCodec.queryAt(bytes, from, length);
  }

  @Override
  public void encode(FrontendMessage message, ByteBuf out) {
    FrontendCodec.encode(message, out);
  }

  @Override
  public boolean allows(byte type, int length) {
    return FrontendLengths.allow(type, length);
  }

  @Override
  public boolean needsWhole(byte type, int length) {
    return false;
  }

  @Override
  public boolean arrived(byte type, ByteBuf bytes, int at) {
    if (type == 'S' || type == 'X') {
      refusedBy = NOBODY;
    }
    return true;
  }

  @Override
  public void sent(byte type) {
    progress.clientSent(type);
    if (answers != null) {
      answers.sent(type);
    }
  }

  @Override
  public @Nullable List<FrontendMessage> substitute(byte type, FrontendMessage message) {
    return null;
  }

  @Override
  public int concernsUpTo() {
    return refusedBy;
  }

  @Override
  public boolean reject(int by, SqlState sqlState, String message, Consumer<FrontendMessage> emit) {
    if (lastDecoded == 'S' || lastDecoded == 'H' || lastDecoded == 'X') {
      relay.endedBy("(refused a message that has no answer of its own)", sqlState, message);
      return false;
    }
    if (rejections.isFull()) {
      relay.refusedTooMuch();
      return false;
    }
    if (isExtended(lastDecoded)) {
      refusedBy = Math.min(refusedBy, by);
    }
    FrontendMessage instead = rejections.reject(lastDecoded, sqlState, message);
    Objects.requireNonNull(answers).refuse(by, instead, emit);
    return true;
  }

  private static boolean isExtended(byte type) {
    return type == 'P' || type == 'B' || type == 'D' || type == 'E' || type == 'C';
  }

  @Override
  public boolean answer(int by, List<BackendMessage> messages, Consumer<FrontendMessage> emit) {
    if (relay.declarations.isPhysicalReplication()) {
      relay.endedBy(
          "(answered in physical replication)",
          SqlState.FEATURE_NOT_SUPPORTED,
          "an interceptor answers a message of physical replication");
      return false;
    }
    Objects.requireNonNull(answers).give(by, lastDecoded, messages, emit);
    return true;
  }
}
