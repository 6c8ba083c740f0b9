package dev.postern.plugins.oauth;

import dev.postern.api.DataSize;
import org.jspecify.annotations.Nullable;

/**
 * How much is taken from others.
 *
 * @param token the longest token; {@code null}: 16 KiB
 * @param response the longest answer of the issuer; {@code null}: 1 MiB
 */
public record LimitsConfig(@Nullable DataSize token, @Nullable DataSize response) {
  public LimitsConfig {
    check("token", token, 256, 65_000);
    check("response", response, 1024, 16 << 20);
  }

  private static void check(String name, @Nullable DataSize value, long least, long most) {
    if (value != null && (value.bytes() < least || value.bytes() > most)) {
      throw new IllegalArgumentException(
          "%s: %s (expected: %d..%d bytes)".formatted(name, value, least, most));
    }
  }

  int effectiveToken() {
    return token == null ? 16 << 10 : (int) token.bytes();
  }

  int effectiveResponse() {
    return response == null ? 1 << 20 : (int) response.bytes();
  }
}
