package dev.postern.plugins.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad configuration ends in one clear message, at its place. */
final class AuditConfigTest {
  @TempDir Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sync: sometimes | sync: sometimes",
        "sync-interval: 1ms | sync-interval: out of range (expected: 10ms..1m)",
        "hold-limit: 1h | hold-limit: out of range (expected: 100ms..15s)",
        "queue: 1KiB | queue: 1KiB (expected: 64KiB..1GiB)",
        "kinds: [] | kinds: empty (expected: one or more)",
        "kinds: [dances] | dances",
        "classes: [] | classes: empty (expected: one or more)",
        "max-length: 0 | max-length: 0 (expected: 1..1000000)",
        "rotate: {size: 1KiB} | size: 1KiB (expected: 4KiB..)",
        "retain: {age: 1ms} | age: less than a second",
        "redact: [{pattern: '('}] | pattern: not a regular expression",
        "no-such-key: 1 | no-such-key",
      })
  void isRefused(String yaml, String message) throws Exception {
    Path file = Files.writeString(home.resolve("audit.yaml"), yaml + "\n");

    assertThatThrownBy(() -> new Binder(home, Map.of()).bind(file, AuditConfig.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aShortKeyIsRefusedAndNotShown() throws Exception {
    Path file = Files.writeString(home.resolve("audit.yaml"), "key: {env: AUDIT_KEY}\n");

    assertThatThrownBy(
            () -> new Binder(home, Map.of("AUDIT_KEY", "too-short")).bind(file, AuditConfig.class))
        .hasMessageContaining("key: less than 32 bytes")
        .hasMessageNotContaining("too-short");
  }
}
