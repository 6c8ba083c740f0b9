package dev.postern.api;

/** Something that goes on until it is closed, or until what it belongs to is. */
public interface Registration extends AutoCloseable {
  /** Ends it, and interrupts what is under way. Further calls do nothing. Any thread. */
  @Override
  void close();
}
