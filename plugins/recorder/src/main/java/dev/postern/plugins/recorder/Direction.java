package dev.postern.plugins.recorder;

/** Who sent a message. */
enum Direction {
  FRONTEND("F"),
  BACKEND("B");

  /** As it is written. */
  final String code;

  Direction(String code) {
    this.code = code;
  }
}
