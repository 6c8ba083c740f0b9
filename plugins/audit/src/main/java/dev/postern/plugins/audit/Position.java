package dev.postern.plugins.audit;

import java.time.Instant;

/**
 * The end of the chain, behind which the next record goes.
 *
 * @param file the number of the last file
 * @param offset behind its last whole record, in bytes
 * @param seq of the last record, 0 where there is none
 * @param hash of it
 * @param keyId the key under which it was written; {@link #UNKNOWN_KEY} where that was not read
 * @param begun when the file was begun
 */
record Position(long file, long offset, long seq, String hash, String keyId, Instant begun) {
  static final String UNKNOWN_KEY = "unknown";

  /** Where nothing is. */
  static final Position START = new Position(0, 0, 0, ChainHash.NONE, UNKNOWN_KEY, Instant.EPOCH);

  /** The same when so many bytes more of its records are in the file. */
  Position behind(int bytes) {
    return new Position(file, offset + bytes, seq, hash, keyId, begun);
  }
}
