package dev.postern.proxy.relay;

import static dev.postern.proxy.codec.MessageTypes.COMMAND_COMPLETE;
import static dev.postern.proxy.codec.MessageTypes.ERROR_RESPONSE;
import static dev.postern.proxy.codec.MessageTypes.READY_FOR_QUERY;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a server sends once the client is logged in. */
final class BackendWire implements Wire<BackendMessage> {
  private static final int LEAST_LENGTH = 4;
  private static final int STATUS_OFFSET = 5;

  private final Relay relay;
  private final Progress progress;
  private final Rejections rejections;
  private final @Nullable GivenAnswers answers;
  private final LastCompletion lastCompletion = new LastCompletion();

  private BackendWire(
      Relay relay, Progress progress, Rejections rejections, @Nullable GivenAnswers answers) {
    this.relay = relay;
    this.progress = progress;
    this.rejections = rejections;
    this.answers = answers;
  }

  /**
   * A direction in which somebody wants to see messages, or messages are counted.
   *
   * @param answers {@code null} where nobody decides about the other direction
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
        new BackendWire(relay, progress, rejections, answers),
        relay.declarations.backend);
  }

  @Override
  public BackendMessage decode(byte type, ByteBuf body) throws ProtocolException {
    return type == COMMAND_COMPLETE ? lastCompletion.decode(body) : BackendCodec.decode(type, body);
  }

  @Override
  public @Nullable BackendMessage decodeInPlace(byte type, ByteBuf bytes, int from, int length) {
    return switch (type) {
      case COMMAND_COMPLETE -> lastCompletion.again(bytes, from, length);
      case READY_FOR_QUERY -> BackendCodec.readyForQueryAt(bytes, from, length);
      default -> null;
    };
  }

  @Override
  public void encode(BackendMessage message, ByteBuf out) {
    BackendCodec.encode(message, out);
  }

  @Override
  public boolean allows(byte type, int length) {
    return length >= LEAST_LENGTH && length < Integer.MAX_VALUE;
  }

  @Override
  public boolean needsWhole(byte type, int length) {
    return type == 'Z' && length == STATUS_OFFSET;
  }

  @Override
  public boolean arrived(byte type, ByteBuf bytes, int at) {
    if (answers != null) {
      if (!answers.arrived(type)) {
        return false;
      }
      if (type == 'Z' && answers.areAllGiven()) {
        rejections.forgetAll();
      }
    }
    if (type == 'Z' && bytes.getInt(at + 1) == STATUS_OFFSET) {
      progress.backendReady(bytes.getByte(at + STATUS_OFFSET));
    } else {
      progress.backendSent(type == 'E');
      if (type == 'G') {
        progress.copyInBegan();
      } else if (type == 'C' || type == 'E') {
        progress.copyInEnded();
      }
    }
    return true;
  }

  @Override
  public void sent(byte type) {}

  @Override
  public @Nullable List<BackendMessage> substitute(byte type, BackendMessage message) {
    if (type == ERROR_RESPONSE) {
      ErrorResponse ours = rejections.answerTo((ErrorResponse) message);
      return ours == null ? null : List.of(ours);
    }
    return answers == null ? null : answers.due();
  }

  @Override
  public int concernsUpTo() {
    return answers == null ? Integer.MAX_VALUE : answers.concernsInterceptorsUpTo();
  }

  @Override
  public boolean reject(int by, SqlState sqlState, String message, Consumer<BackendMessage> emit) {
    relay.endedBy("(refused a message of the server)", sqlState, message);
    return false;
  }

  @Override
  public boolean answer(int by, List<BackendMessage> messages, Consumer<BackendMessage> emit) {
    throw new IllegalStateException(); // its form was checked
  }
}
