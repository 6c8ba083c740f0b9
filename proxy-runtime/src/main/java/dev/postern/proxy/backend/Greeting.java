package dev.postern.proxy.backend;

import dev.postern.api.SessionException;
import dev.postern.api.message.BackendKeyData;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.ErrorResponse;
import dev.postern.api.message.NoticeResponse;
import dev.postern.api.message.ParameterStatus;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.proxy.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server says between AuthenticationOk and its first ReadyForQuery (PostgreSQL
 * documentation, "Start-up").
 *
 * @param parameters what it reports, by name and in its order
 * @param key what cancels there; {@code null} if it gives none
 */
public record Greeting(Map<String, String> parameters, @Nullable BackendKeyData key) {
  /** All of it, in bytes. */
  private static final int MAX_LENGTH = 1024 * 1024;

  /** Who wants the messages themselves, ReadyForQuery among them. */
  public interface Hearer {
    /**
     * A message has come.
     *
     * @param bytes the whole of it, for the time of this call
     */
    void heard(BackendMessage message, ByteBuf bytes);
  }

  /**
   * Reads it. Blocks.
   *
   * @throws BackendRefusedException if the server ends it with an error
   * @throws ProtocolException if it is not what a server may say here, or too much
   * @throws IOException if the server went, or the deadline passed
   */
  public static Greeting read(BackendConnection backend, Hearer hearer)
      throws IOException, InterruptedException, SessionException {
    Map<String, String> parameters = new LinkedHashMap<>();
    BackendKeyData key = null;
    int length = 0;
    while (true) {
      ByteBuf bytes = backend.read("the backend's greeting");
      try {
        length += bytes.readableBytes();
        if (length > MAX_LENGTH) {
          throw ProtocolException.byServer(
              "greeting of more than " + MAX_LENGTH + " bytes before the first ReadyForQuery");
        }
        BackendMessage message = BackendConnection.decode(bytes);
        switch (message) {
          case ParameterStatus status -> parameters.put(status.name(), status.value());
          case BackendKeyData data -> key = data;
          case NoticeResponse notice -> {}
          case ReadyForQuery ready -> {
            hearer.heard(message, bytes);
            return new Greeting(Collections.unmodifiableMap(parameters), key);
          }
          case ErrorResponse error ->
              throw new BackendRefusedException(error, "", backend.backend());
          default ->
              throw ProtocolException.byServer(
                  "a message of type 0x%02x in the greeting"
                      .formatted(bytes.getByte(bytes.readerIndex()) & 0xff));
        }
        hearer.heard(message, bytes);
      } finally {
        bytes.release();
      }
    }
  }
}
