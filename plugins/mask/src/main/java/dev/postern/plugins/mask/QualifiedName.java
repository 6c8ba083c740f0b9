package dev.postern.plugins.mask;

/** A name with its schema, both as the server's catalog has them, case and all. */
record QualifiedName(String schema, String name) {
  /**
   * {@code schema.name}; a part with a dot in it is written in double quotes.
   *
   * @throws IllegalArgumentException if it is not
   */
  static QualifiedName parse(String text) {
    StringBuilder part = new StringBuilder();
    String schema = null;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '.' && !quoted && schema == null) {
        schema = part.toString();
        part.setLength(0);
      } else if (c == '.' && !quoted) {
        throw malformed(text);
      } else {
        part.append(c);
      }
    }
    if (schema == null || schema.isEmpty() || part.isEmpty() || quoted) {
      throw malformed(text);
    }
    return new QualifiedName(schema, part.toString());
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(text + " (expected: schema.name)");
  }

  @Override
  public String toString() {
    return schema + "." + name;
  }
}
