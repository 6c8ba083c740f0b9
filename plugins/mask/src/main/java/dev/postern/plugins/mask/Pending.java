package dev.postern.plugins.mask;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/**
 * What is noted with a request of the client, or of ours beside it, that the server has not
 * answered yet; a Describe of the client's and Sync have no note.
 */
sealed interface Pending {
  /** A Parse. */
  record Parsing(Given<?> name, Prepared statement) implements Pending {}

  /**
   * A Bind.
   *
   * @param statement {@code null}: it is not known
   */
  record Binding(Given<?> portal, @Nullable Prepared statement) implements Pending {}

  /** A Describe of ours behind a Parse; its answer stays here. */
  record StatementCheck(Prepared statement) implements Pending {}

  /**
   * A Describe of ours before an Execute; its answer stays here.
   *
   * @param statement {@code null}: it is not known, or a cursor that SQL has declared
   */
  record PortalCheck(@Nullable Prepared statement) implements Pending {}

  /**
   * An Execute.
   *
   * @param statement as for {@link PortalCheck}
   */
  record Executing(@Nullable Prepared statement) implements Pending {}

  /** A Close. */
  record Closing(Given<?> name) implements Pending {}

  /** What stands for a refused message of the extended protocol, and fails. */
  record Refused() implements Pending {}

  /** A Query, or what stands for a refused one or for a FunctionCall. */
  record Simple(Reading reading) implements Pending {}
}
