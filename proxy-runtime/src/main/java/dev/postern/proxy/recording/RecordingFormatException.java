package dev.postern.proxy.recording;

import java.io.IOException;

/** A file is no recording, or a damaged one. */
public final class RecordingFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  RecordingFormatException(String message) {
    super(message);
  }
}
