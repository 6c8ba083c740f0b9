package dev.postern.proxy.scram;

/**
 * The iteration counts for which a password is hashed at a server's request. Too few make the
 * password cheap to guess for whoever poses as the server, too many keep a core busy for as long as
 * it likes.
 *
 * @param min 1 or more
 * @param max {@code min} or more
 */
public record IterationBounds(int min, int max) {
  /** RFC 7677 asks for 4,096 at least; 200,000 take some 70 ms. */
  public static final IterationBounds DEFAULT = new IterationBounds(4096, 200_000);

  public IterationBounds {
    if (min < 1 || max < min) {
      throw new IllegalArgumentException(
          "SCRAM iterations: " + min + ".." + max + " (expected: 1 <= min <= max)");
    }
  }

  void check(int iterations) throws ScramException {
    if (iterations < min || iterations > max) {
      throw new ScramException(
          "the server asks for "
              + iterations
              + " SCRAM iterations (expected: "
              + min
              + ".."
              + max
              + ")");
    }
  }
}
