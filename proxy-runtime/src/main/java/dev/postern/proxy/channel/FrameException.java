package dev.postern.proxy.channel;

/** The stream's framing is broken; nothing after this point can be understood. */
public final class FrameException extends Exception {
  private static final long serialVersionUID = 1L;

  FrameException(byte type, int length, int maxLength) {
    super(
        "message type 0x%02x: length %d (expected: 4..%d bytes)"
            .formatted(type & 0xff, length, maxLength));
  }
}
