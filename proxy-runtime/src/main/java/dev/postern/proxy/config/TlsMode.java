package dev.postern.proxy.config;

/** What a listener demands of its clients. */
public enum TlsMode {
  /** No client gets further without TLS. */
  REQUIRED,
  /** Clients choose. */
  OPTIONAL,
  /** No TLS. */
  DISABLED;

  /** As in the file. */
  @Override
  public String toString() {
    return Keys.kebab(name());
  }
}
