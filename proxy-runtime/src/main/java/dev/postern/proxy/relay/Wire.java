package dev.postern.proxy.relay;

import dev.postern.api.SqlState;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What differs between the two directions.
 *
 * @param <M> the direction's messages
 */
interface Wire<M> {
  M decode(byte type, ByteBuf body) throws ProtocolException;

  void encode(M message, ByteBuf out);

  /** Whether a message must be whole before {@link #passing}, though nobody declared it. */
  boolean needsWhole(byte type, int length);

  /** A message goes by; {@code at} is its type byte. */
  void passing(byte type, ByteBuf bytes, int at);

  /** What takes this message's place before any handler sees it, or {@code null}. */
  @Nullable M substitute(M message);

  /**
   * A handler refused a message.
   *
   * @param emit what goes on in its place
   * @return false if the session has ended
   */
  boolean reject(SqlState sqlState, String message, Consumer<M> emit);
}
