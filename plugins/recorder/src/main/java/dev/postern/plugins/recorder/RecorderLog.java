package dev.postern.plugins.recorder;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the operator is told. */
final class RecorderLog {
  private static final Logger log = LoggerFactory.getLogger("dev.postern.plugins.recorder");

  private final String instance;

  RecorderLog(String instance) {
    this.instance = instance;
  }

  void began(Recording recording) {
    log.atInfo()
        .addKeyValue("plugin", instance)
        .addKeyValue("sessionId", recording.session.sessionId())
        .addKeyValue("file", recording.file.name)
        .log("recording began");
  }

  void cut(Recording recording, String reason) {
    log.atWarn()
        .addKeyValue("plugin", instance)
        .addKeyValue("sessionId", recording.session.sessionId())
        .addKeyValue("file", recording.file.name)
        .addKeyValue("reason", reason)
        .log("recording ended before its session");
  }

  void full(boolean full) {
    if (full) {
      log.atWarn()
          .addKeyValue("plugin", instance)
          .log("recordings have reached max-total-size: none is begun until files are removed");
    } else {
      log.atInfo().addKeyValue("plugin", instance).log("there is room for recordings again");
    }
  }

  void failed(Throwable cause) {
    log.atError().addKeyValue("plugin", instance).setCause(cause).log("the recorder has failed");
  }
}
