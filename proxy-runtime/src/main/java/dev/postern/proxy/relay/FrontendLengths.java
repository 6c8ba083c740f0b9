package dev.postern.proxy.relay;

import static dev.postern.proxy.codec.MessageTypes.COPY_DONE;
import static dev.postern.proxy.codec.MessageTypes.FLUSH;
import static dev.postern.proxy.codec.MessageTypes.SYNC;
import static dev.postern.proxy.codec.MessageTypes.TERMINATE;

import java.util.Arrays;

/**
 * How long messages of a client can be, as their length words count (PostgreSQL documentation,
 * "Message Formats"). Some are a type and a length alone. A server that finds more in a Flush says
 * so by an error that answers no request: whoever follows the order of answers would take it for
 * something else, so it does not get there.
 */
final class FrontendLengths {
  private static final int ALONE = 4;

  /** By type; what no message has is {@link Integer#MAX_VALUE}, whose size is no number. */
  private static final int[] MOST = new int[256];

  static {
    Arrays.fill(MOST, Integer.MAX_VALUE - 1);
    for (byte type : new byte[] {COPY_DONE, FLUSH, SYNC, TERMINATE}) {
      MOST[type] = ALONE;
    }
  }

  private FrontendLengths() {}

  static boolean allow(byte type, int length) {
    return length >= ALONE && length <= MOST[type & 0xff];
  }

  /** Whether the protocol knows one length only of this type. */
  static boolean areFixed(byte type) {
    return MOST[type & 0xff] == ALONE;
  }
}
