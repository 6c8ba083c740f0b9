package dev.postern.plugins.limits;

/** What shares a bucket. */
public enum Dimension {
  USER("user"),
  DATABASE("database"),
  ROUTE("route"),
  ADDRESS("address"),
  APPLICATION("application"),
  FINGERPRINT("fingerprint");

  private final String label;

  Dimension(String label) {
    this.label = label;
  }

  @Override
  public String toString() {
    return label;
  }
}
