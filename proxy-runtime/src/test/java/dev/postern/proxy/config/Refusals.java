package dev.postern.proxy.config;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What is said of a configuration that cannot be bound. */
final class Refusals {
  private Refusals() {}

  static void expectRefused(
      Binder binder, String yaml, Class<? extends Record> type, String message) {
    assertThatExceptionOfType(ConfigurationException.class)
        .isThrownBy(() -> binder.bind(yaml, type))
        .withMessage(message);
  }
}
