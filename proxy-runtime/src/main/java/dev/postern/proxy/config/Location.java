package dev.postern.proxy.config;

/**
 * Where a value stands.
 *
 * @param file the file as the operator knows it, relative to the installation where it lies in it
 * @param line from 1; 0: the file as a whole
 * @param column from 1
 * @param path the keys that lead there, such as {@code listeners[0].tls.mode}; empty at the top
 */
public record Location(String file, int line, int column, String path) {

  /** The same place in the file, for something below this path. */
  Location child(String key) {
    return new Location(file, line, column, path.isEmpty() ? key : path + "." + key);
  }

  /** {@code conf/postern.yaml:12:9}. */
  public String position() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }

  /** {@code conf/postern.yaml:12:9: limits.sessions}. */
  @Override
  public String toString() {
    return path.isEmpty() ? position() : position() + ": " + path;
  }
}
