package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.api.message.BackendMessage;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What differs between the two directions.
 *
 * @param <M> the direction's messages
 */
interface Wire<M> {
  M decode(byte type, ByteBuf body) throws ProtocolException;

  /**
   * The same for what many sessions send, read where it lies; {@code null}: it is to be decoded as
   * all others.
   */
  @Nullable M decodeInPlace(byte type, ByteBuf bytes, int from, int length);

  void encode(M message, ByteBuf out);

  /** Whether a message of this type can have this length word. */
  boolean allows(byte type, int length);

  /** Whether a message must be whole before {@link #arrived}, though nobody declared it. */
  boolean needsWhole(byte type, int length);

  /**
   * A message has come, or begun to.
   *
   * @param at its type byte
   * @return false if it cannot be told any more what it answers
   */
  boolean arrived(byte type, ByteBuf bytes, int at);

  /** A message goes on, be it one that came or one that a handler made. */
  void sent(byte type);

  /** What takes this message's place before any handler sees it, or {@code null}. */
  @Nullable List<M> substitute(byte type, M message);

  /**
   * The place of the last interceptor, in the configuration's order, that is shown the message that
   * has {@link #arrived} last: those behind it have not seen what it answers, or do not see why the
   * backend skips it.
   */
  int concernsUpTo();

  /**
   * A handler refused a message.
   *
   * @param by the place of its interceptor
   * @param emit what goes on in its place
   * @return false if the session has ended
   */
  boolean reject(int by, SqlState sqlState, String message, Consumer<M> emit);

  /**
   * A handler answers a message itself.
   *
   * @param by the place of its interceptor
   * @param emit what goes on in its place
   * @return false if the session has ended
   */
  boolean answer(int by, List<BackendMessage> messages, Consumer<M> emit);
}
