package dev.postern.plugins.audit;

/**
 * How much a statement gave; -1 where that is not known or there is nothing.
 *
 * @param rows that it gave or touched
 * @param bytes of the rows, or of COPY data, that went to the client
 * @param bytesIn of the COPY data that came from the client
 */
record Sizes(long rows, long bytes, long bytesIn) {
  static final Sizes UNKNOWN = new Sizes(-1, -1, -1);
}
