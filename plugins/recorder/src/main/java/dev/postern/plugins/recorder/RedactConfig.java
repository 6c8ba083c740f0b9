package dev.postern.plugins.recorder;

import org.jspecify.annotations.Nullable;

/**
 * What is left out of recordings; in its place stands its length.
 *
 * @param bindValues the values of parameters; {@code null}: yes
 * @param queryLiterals the values in the text of statements; {@code null}: yes
 * @param rowValues the values of rows, COPY data and notifications; {@code null}: yes
 * @param everything all texts, names included, so that types and lengths remain; {@code null}: no
 */
public record RedactConfig(
    @Nullable Boolean bindValues,
    @Nullable Boolean queryLiterals,
    @Nullable Boolean rowValues,
    @Nullable Boolean everything) {
  public RedactConfig {
    if (Boolean.TRUE.equals(everything)
        && (Boolean.FALSE.equals(bindValues)
            || Boolean.FALSE.equals(queryLiterals)
            || Boolean.FALSE.equals(rowValues))) {
      throw new IllegalArgumentException("everything: true, but something is to be shown");
    }
  }

  Redaction toRedaction() {
    return new Redaction(
        !Boolean.FALSE.equals(bindValues),
        !Boolean.FALSE.equals(queryLiterals),
        !Boolean.FALSE.equals(rowValues),
        Boolean.TRUE.equals(everything));
  }
}
