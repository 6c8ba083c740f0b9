package dev.postern.proxy.codec;

import dev.postern.api.Secret;
import dev.postern.api.message.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Every message of both sides. */
final class Samples {
  private Samples() {}

  static List<Sample<? extends Message>> all() {
    List<Sample<? extends Message>> all = new ArrayList<>(FrontendSamples.ALL);
    all.addAll(BackendSamples.ALL);
    return all;
  }

  static Secret secret(String text) {
    return Secret.copyOf(text.getBytes(StandardCharsets.UTF_8));
  }
}
