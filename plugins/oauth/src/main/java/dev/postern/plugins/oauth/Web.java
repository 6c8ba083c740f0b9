package dev.postern.plugins.oauth;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which addresses may be asked. The messages begin with the configuration's key. */
final class Web {
  private static final int LONGEST = 512;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]");

  private Web() {}

  static void check(String key, @Nullable URI address, boolean insecureHttp) {
    if (address == null) {
      return;
    }
    String problem = problem(address, insecureHttp);
    if (problem != null) {
      throw new IllegalArgumentException(key + ": " + problem);
    }
  }

  /** What is wrong with it; {@code null}: nothing. */
  static @Nullable String problem(URI address, boolean insecureHttp) {
    String text = OneLine.of(address.toString());
    if (address.toString().length() > LONGEST) {
      return text + " (expected: " + LONGEST + " characters or less)";
    }
    if (address.getHost() == null || address.getUserInfo() != null) {
      return text + " (expected: https://host/path)";
    }
    if (address.getRawFragment() != null) {
      return text + " (expected: nothing behind a #)";
    }
    if ("https".equalsIgnoreCase(address.getScheme())) {
      return null;
    }
    if (!"http".equalsIgnoreCase(address.getScheme())) {
      return text + " (expected: https://host/path)";
    }
    return insecureHttp && LOOPBACK.matcher(address.getHost()).matches()
        ? null
        : text + " (expected: https; http for this machine only, with insecure-http: true)";
  }
}
