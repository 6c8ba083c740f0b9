package dev.postern.proxy.relay;

import dev.postern.api.Bytes;
import dev.postern.api.intercept.UndecodedMessage;
import dev.postern.api.intercept.Verdict;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A direction in which somebody wants to see messages. Walks from header to header; what nobody
 * declared goes on in the buffer in which it came, together with its neighbours; a declared message
 * is decoded when it is whole.
 *
 * @param <M> the direction's messages
 */
final class MessageFlow<M> implements Flow {
  private static final int HEADER_LENGTH = 5;

  private final Side from;
  private final Side to;
  private final Relay relay;
  private final Wire<M> wire;
  private final Handlers<M> handlers;
  private final OutcomeWriter<M> outcomes;

  /** Bytes still to come of a message that goes on as it comes. */
  private int passing;

  /** The beginning of a header, or of a declared message. */
  private ByteBuf incomplete = Unpooled.EMPTY_BUFFER;

  /** What is being walked through, as long as it was not handed on as a whole. */
  private ByteBuf walked = Unpooled.EMPTY_BUFFER;

  private @Nullable AwaitedVerdict<M> awaited;
  private boolean closed;

  /** Whether the last declared message did not go on as its original bytes. */
  private boolean cut;

  MessageFlow(Side from, Side to, Relay relay, Wire<M> wire, Handlers<M> handlers) {
    this.from = from;
    this.to = to;
    this.relay = relay;
    this.wire = wire;
    this.handlers = handlers;
    outcomes = new OutcomeWriter<>(to, relay, wire);
  }

  @Override
  public void accept(ByteBuf bytes) {
    if (closed || walked.isReadable()) { // the latter: the walk has ended the session
      bytes.release();
    } else if (awaited != null) {
      awaited.append(bytes);
    } else if (incomplete.isReadable()) {
      walk(append(takeIncomplete(), bytes));
    } else {
      walk(bytes);
    }
  }

  private ByteBuf takeIncomplete() {
    ByteBuf taken = incomplete;
    incomplete = Unpooled.EMPTY_BUFFER;
    return taken;
  }

  ByteBuf append(ByteBuf before, ByteBuf bytes) {
    return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(from.alloc(), before, bytes);
  }

  /** Takes the bytes over, and frees them however the walk ends. */
  private void walk(ByteBuf bytes) {
    walked = bytes;
    try {
      walkThrough(bytes);
      outcomes.flush();
    } finally {
      walked.release();
      walked = Unpooled.EMPTY_BUFFER;
    }
  }

  private void walkThrough(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    int end = bytes.writerIndex();
    int run = begin;
    int at = begin + Math.min(passing, end - begin);
    passing -= at - begin;
    while (end - at >= HEADER_LENGTH && !closed) {
      byte type = bytes.getByte(at);
      int length = bytes.getInt(at + 1);
      if (!wire.allows(type, length)) {
        end(bytes, run, at);
        relay.wrongLength(from, type, length);
        return;
      }
      int size = 1 + length;
      boolean declared = handlers.isWanted(type);
      if (declared && size > relay.maxDeclaredMessage()) {
        if (!handlers.mayPassUndecoded(type)) {
          end(bytes, run, at);
          relay.tooLarge(from, type, length);
          return;
        }
        if (end - at < HEADER_LENGTH + UndecodedMessage.START_LENGTH) {
          break;
        }
        if (!showStart(type, length, bytes, run, at)) {
          return;
        }
        declared = false;
      }
      if (size > end - at) {
        if (declared || wire.needsWhole(type, length)) {
          break;
        }
        if (!arrived(type, bytes, run, at)) {
          return;
        }
        wire.sent(type);
        passing = size - (end - at);
        at = end;
        continue;
      }
      if (!arrived(type, bytes, run, at)) {
        return;
      }
      if (!declared) {
        wire.sent(type);
      } else if (!handle(type, bytes, run, at, size)) {
        return;
      }
      at += size;
      if (declared && cut) {
        run = at;
        cut = false;
      }
    }
    if (closed) {
      return; // nothing is kept any more
    }
    if (at == begin && at < end) {
      // All of it waits: kept as it is, so that the rest is appended and not copied each time.
      incomplete = bytes;
      walked = Unpooled.EMPTY_BUFFER;
      return;
    }
    if (at < end) {
      incomplete = bytes.retainedSlice(at, end - at);
    }
    if (run == begin && at == end) {
      outcomes.flush();
      walked = Unpooled.EMPTY_BUFFER;
      to.write(bytes);
    } else {
      forwardPart(bytes, run, at);
    }
  }

  /** False if the session has ended. */
  private boolean arrived(byte type, ByteBuf bytes, int run, int at) {
    if (wire.arrived(type, bytes, at)) {
      return true;
    }
    end(bytes, run, at);
    relay.outOfOrder(to);
    return false;
  }

  /** Shows the observers what there is of a message that is too large for them. */
  private boolean showStart(byte type, int length, ByteBuf bytes, int run, int at) {
    byte[] start = new byte[UndecodedMessage.START_LENGTH];
    bytes.getBytes(at + HEADER_LENGTH, start);
    try {
      handlers.passUndecoded(
          new UndecodedMessage(from.isClient(), (char) (type & 0xff), length, Bytes.wrap(start)));
      return true;
    } catch (InterceptorFailure e) {
      end(bytes, run, at);
      relay.interceptorFailed(e);
      return false;
    }
  }

  /**
   * Handles the whole declared message at {@code at}; what stands before it since {@code run} goes
   * on first if this message does not.
   *
   * @return false if the walk is over
   */
  private boolean handle(byte type, ByteBuf bytes, int run, int at, int size) {
    Outcome<M> outcome;
    Passage<M> passage = null;
    try {
      M decoded = decode(type, bytes, at, size);
      List<M> substitute = wire.substitute(type, decoded);
      if (!handlers.isDeciding() && substitute == null) {
        handlers.observe(type, decoded, wire.concernsUpTo());
        wire.sent(type);
        return true;
      }
      passage = new Passage<>(handlers, decoded, substitute, wire.concernsUpTo());
      outcome = passage.proceed();
    } catch (InterceptorFailure e) {
      end(bytes, run, at);
      relay.interceptorFailed(e);
      return false;
    } catch (ProtocolException e) {
      end(bytes, run, at);
      relay.violated(from, String.valueOf(e.getMessage()));
      return false;
    }
    if (outcome instanceof Outcome.Unchanged<M>) {
      wire.sent(type);
      return true;
    }
    cut = true;
    forwardPart(bytes, run, at);
    if (closed) {
      return false; // the write has failed, and ended the session
    }
    if (outcome instanceof Outcome.Waiting<M> waiting) {
      ByteBuf original = bytes.retainedSlice(at, size);
      ByteBuf behind = bytes.retainedSlice(at + size, bytes.writerIndex() - at - size);
      cut = false;
      await(waiting, passage, original, behind);
      return false;
    }
    return outcomes.write(outcome);
  }

  /** Reads the body where it is; the buffer's own ends are then again where they were. */
  private M decode(byte type, ByteBuf bytes, int at, int size) throws ProtocolException {
    M decoded = wire.decodeInPlace(type, bytes, at + HEADER_LENGTH, size - HEADER_LENGTH);
    if (decoded != null) {
      return decoded;
    }
    int readerIndex = bytes.readerIndex();
    int writerIndex = bytes.writerIndex();
    bytes.setIndex(at + HEADER_LENGTH, at + size);
    try {
      return wire.decode(type, bytes);
    } finally {
      bytes.setIndex(readerIndex, writerIndex);
    }
  }

  /** Takes both buffers over. */
  private void await(
      Outcome.Waiting<M> waiting, Passage<M> passage, ByteBuf original, ByteBuf behind) {
    if (closed) {
      original.release();
      behind.release();
      return;
    }
    from.hold(true);
    awaited = AwaitedVerdict.of(waiting, this, relay, from.eventLoop(), passage, original, behind);
  }

  boolean awaits(AwaitedVerdict<M> verdict) {
    return awaited == verdict && !closed;
  }

  /** The verdict is there. */
  void resume(AwaitedVerdict<M> decided, Verdict<M> verdict) {
    awaited = null;
    ByteBuf original = decided.original;
    incomplete = decided.behind(); // which close frees, should the session end before its turn
    Outcome<M> outcome;
    try {
      outcome = decided.passage.decided(verdict);
    } catch (InterceptorFailure e) {
      original.release();
      relay.interceptorFailed(e);
      return;
    }
    if (outcome instanceof Outcome.Waiting<M> again) {
      await(again, decided.passage, original, takeIncomplete());
      return;
    }
    if (outcome instanceof Outcome.Unchanged<M>) {
      wire.sent(original.getByte(original.readerIndex()));
      outcomes.flush();
      to.write(original);
    } else {
      original.release();
      if (!outcomes.write(outcome)) {
        return;
      }
    }
    from.hold(false);
    walk(takeIncomplete());
    to.flush();
  }

  private void end(ByteBuf bytes, int run, int at) {
    forwardPart(bytes, run, at);
    outcomes.flush();
  }

  private void forwardPart(ByteBuf bytes, int run, int at) {
    if (at > run) {
      outcomes.flush();
      to.write(bytes.retainedSlice(run, at - run));
    }
  }

  @Override
  public boolean atMessageBoundary() {
    return passing == 0;
  }

  @Override
  public void close() {
    closed = true;
    outcomes.close();
    incomplete.release();
    incomplete = Unpooled.EMPTY_BUFFER;
    if (awaited != null) {
      awaited.release();
      awaited = null;
    }
  }
}
