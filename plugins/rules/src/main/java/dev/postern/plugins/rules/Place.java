package dev.postern.plugins.rules;

/**
 * Where something stands.
 *
 * @param line 1 or more; of a line that is continued, the first
 */
record Place(String file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
