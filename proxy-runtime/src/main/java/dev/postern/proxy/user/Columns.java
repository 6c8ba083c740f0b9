package dev.postern.proxy.user;

import dev.postern.api.Bytes;
import dev.postern.api.Secret;
import dev.postern.api.auth.ScramVerifier;
import java.util.Arrays;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Columns that become values with nothing to see in their {@code toString}, before a record holds
 * them.
 */
final class Columns {
  private Columns() {}

  static void register(Jdbi jdbi) {
    jdbi.registerColumnMapper(
            ScramVerifier.class, (row, column, _) -> ScramVerifier.parse(row.getString(column)))
        .registerColumnMapper(Bytes.class, (row, column, _) -> bytes(row.getBytes(column)));
  }

  private static @Nullable Bytes bytes(byte @Nullable [] content) {
    return content == null ? null : Bytes.wrap(content);
  }

  /** Wipes the array. */
  static Secret secret(byte[] content) {
    Secret secret = Secret.copyOf(content);
    Arrays.fill(content, (byte) 0);
    return secret;
  }
}
