package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterStatus;
import dev.postern.proxy.codec.BackendCodec;
import dev.postern.proxy.codec.ProtocolException;
import dev.postern.proxy.pool.CreationPath;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What answers mean for statements that clients share. */
final class SharedAnswers extends Answers {
  private static final int HEADER_LENGTH = 5;

  /** The longest ErrorResponse that is looked at, in bytes. */
  private static final int MAX_ERROR = 64 * 1024;

  private static final byte[] DEALLOCATE_ALL = tag("DEALLOCATE ALL");
  private static final byte[] DISCARD_ALL = tag("DISCARD ALL");

  private final SharedRewriting sharing;

  /** Of the parameters that were described last. */
  private long parameters;

  SharedAnswers(PooledRelay relay, Lease lease, Outstanding outstanding, SharedRewriting sharing) {
    super(relay, lease, outstanding);
    this.sharing = sharing;
  }

  private static final String ERROR = "ERROR";
  private static final byte[] SEARCH_PATH = tag("search_path");
  private static final byte[] RESET = tag("RESET");
  private static final byte[] SET = tag("SET");
  private static final byte[] ALTER = "ALTER ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DROP = "DROP ".getBytes(StandardCharsets.US_ASCII);

  private static byte[] tag(String tag) {
    return (tag + "\0").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  boolean needsWhole(byte type, int size) {
    return super.needsWhole(type, size)
        || type == 'C'
        || (type == 'E' && size <= MAX_ERROR)
        || (type == 'D' && queue.first() == (RequestQueue.QUERY | RequestQueue.OWN))
        || ((type == 't' || type == 'T')
            && queue.first() == (RequestQueue.DESCRIBE | RequestQueue.OWN));
  }

  @Override
  boolean tagged(ByteBuf bytes, int at, int size, Replies replies) {
    sharing.pins.carriedOut();
    if (size <= HEADER_LENGTH) {
      return false;
    }
    switch (bytes.getByte(at + HEADER_LENGTH)) {
      case 'D' -> {
        boolean all = is(DISCARD_ALL, bytes, at, size);
        if (all || is(DEALLOCATE_ALL, bytes, at, size)) {
          sharing.outcomes.allDeallocated();
        } else if (begins(DROP, bytes, at, size)) {
          lease.backend().pool().statements().forget();
        }
        if (all) {
          sharing.restoring.reset(true);
        }
      }
      case 'A' -> {
        if (begins(ALTER, bytes, at, size)) {
          lease.backend().pool().statements().forget();
        }
      }
      case 'R' -> {
        if (is(RESET, bytes, at, size)) {
          sharing.restoring.reset(sharing.pins.mayResetAll());
        }
      }
      case 'S' -> {
        if (sharing.pins.maySetToDefault() && is(SET, bytes, at, size)) {
          sharing.restoring.reset(false);
        }
      }
      default -> {}
    }
    Listening listening = relay.listening();
    return listening != null && channelsTagged(listening, bytes, at, size, replies);
  }

  private boolean channelsTagged(
      Listening listening, ByteBuf bytes, int at, int size, Replies replies) {
    int length = size - HEADER_LENGTH - 1;
    String tag = bytes.toString(at + HEADER_LENGTH, length, StandardCharsets.US_ASCII);
    return switch (listening.outcomes().completed(tag, queue.firstStatement())) {
      case AS_IT_IS -> false;
      case LISTEN -> {
        reply(new CommandComplete("LISTEN"), at, replies);
        yield true;
      }
      case NOTHING -> true;
    };
  }

  @Override
  void prepared(@Nullable Object statement) {
    sharing.outcomes.prepared(statement);
  }

  @Override
  void carriedOut(Object statement) {
    Object what = ListenRequest.statementOf(statement);
    if (what != null) {
      sharing.outcomes.carriedOut(what);
    }
  }

  @Override
  void parametersDescribed(ByteBuf bytes, int at, int size) {
    parameters = Shape.ofParameters(bytes, at, size);
  }

  @Override
  void described(ByteBuf bytes, int at, int size, @Nullable Object statement) {
    sharing.outcomes.described(statement, Shape.ofColumns(parameters, bytes, at, size));
  }

  /** The server's {@code search_path}: a row of one column. */
  @Override
  void ownRow(ByteBuf bytes, int at, int size) {
    if (sharing.pins.isAskingForPath()) {
      int value = Math.min(HEADER_LENGTH + 6, size); // a number of columns, and a length
      sharing.pins.pathIs(bytes.toString(at + value, size - value, StandardCharsets.US_ASCII));
    }
  }

  @Override
  boolean reported(ByteBuf bytes, int at, int size, boolean own, Replies replies) {
    super.reported(bytes, at, size, own, replies);
    if (begins(SEARCH_PATH, bytes, at, size)) {
      String path = bytes.toString(at, size, StandardCharsets.US_ASCII);
      sharing.pins.pathReported(CreationPath.namesTemporary(path));
    }
    if (relay.isEnded()) {
      return own;
    }
    if (own && !sharing.restoring.isNews(bytes, at, size, lease.backend())) {
      return true;
    }
    ParameterStatus instead = sharing.restoring.insteadOf(bytes, at, size, lease.backend());
    if (instead == null) {
      return false;
    }
    reply(instead, at, replies);
    return true;
  }

  private void reply(BackendMessage message, int at, Replies replies) {
    ByteBuf encoded = relay.alloc().buffer();
    BackendCodec.encode(message, encoded);
    replies.pass(at);
    relay.toClient(encoded);
  }

  private static boolean is(byte[] tag, ByteBuf bytes, int at, int size) {
    return size == HEADER_LENGTH + tag.length && begins(tag, bytes, at, size);
  }

  private static boolean begins(byte[] tag, ByteBuf bytes, int at, int size) {
    if (size < HEADER_LENGTH + tag.length) {
      return false;
    }
    for (int i = 0; i < tag.length; i++) {
      if (bytes.getByte(at + HEADER_LENGTH + i) != tag[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  boolean failed(ByteBuf bytes, int at, int size, boolean own, Replies replies) {
    sharing.pins.failed();
    Listening listening = relay.listening();
    if (listening != null && !own) {
      listening.outcomes().failed();
    }
    if ((byte) queue.first() == RequestQueue.QUERY) {
      sharing.outcomes.failed(queue.firstStatement());
    }
    if (size > MAX_ERROR) {
      return false;
    }
    ErrorResponse error = decode(bytes, at, size);
    if (error == null) {
      return false;
    }
    if (own && (byte) queue.first() == RequestQueue.QUERY) {
      if (sharing.pins.isAskingForPath()) {
        return ERROR.equals(error.severity()); // else the session ends, and the client hears why
      }
      sharing.restoring.failed(error);
      return true;
    }
    if (isStale(error)) {
      lease.backend().pool().statements().forget();
    }
    Rejections rejections = sharing.rules.rejections();
    ErrorResponse ours = rejections == null ? null : rejections.answerTo(error);
    if (ours == null) {
      ours = ClientsWords.of(error, queue.firstStatement());
    }
    if (ours == null) {
      return false;
    }
    reply(ours, at, replies);
    return true;
  }

  private static @Nullable ErrorResponse decode(ByteBuf bytes, int at, int size) {
    try {
      return (ErrorResponse)
          BackendCodec.decode((byte) 'E', bytes.slice(at + HEADER_LENGTH, size - HEADER_LENGTH));
    } catch (ProtocolException e) {
      return null;
    }
  }

  /** "cached plan must not change result type", in whatever language. */
  private static boolean isStale(ErrorResponse error) {
    return error.fields().values().stream().anyMatch("RevalidateCachedQuery"::equals);
  }

  @Override
  void ready(byte status, boolean own, int at, Replies replies) {
    if (!own) {
      for (ParameterStatus reset : sharing.restoring.unreported(status, lease.backend())) {
        reply(reset, at, replies);
      }
    }
    sharing.ready(status, own);
    if (own) {
      if (sharing.pins.isAskingForPath()) {
        sharing.pins.pathIsUnsaid();
      }
      lease.restored();
      return;
    }
    Listening listening = relay.listening();
    if (listening != null && !relay.isEnded()) {
      listening.ready(status, at, replies);
    }
    if (sharing.pins.areTold()) {
      for (String news : sharing.pins.news()) {
        reply(NoticeResponse.notice(SqlState.SUCCESSFUL_COMPLETION, news), at, replies);
      }
    }
  }

  @Override
  void skips() {
    sharing.awaited.skips();
  }

  @Override
  void undone(int kind, @Nullable Object statement) {
    sharing.outcomes.undone(kind, ListenRequest.statementOf(statement));
  }

  @Override
  void skipped(int kind, @Nullable Object statement) {
    sharing.outcomes.skipped(kind, ListenRequest.statementOf(statement));
  }
}
