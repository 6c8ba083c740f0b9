package dev.postern.plugins.mask;

import dev.postern.api.message.Target;

/** A request of the client, or of ours beside it, that the server has not answered yet. */
sealed interface Pending {
  /** A Parse. */
  record Parsing(String name, Prepared statement) implements Pending {}

  /** A Bind. */
  record Binding(String portal, String statement) implements Pending {}

  /** A Describe of the client's. */
  record Describing() implements Pending {}

  /** A Describe of ours behind a Parse; its answer stays here. */
  record StatementCheck(Prepared statement) implements Pending {}

  /** A Describe of ours before an Execute; its answer stays here. */
  record PortalCheck(String portal) implements Pending {}

  /** An Execute. */
  record Executing(String portal) implements Pending {}

  /** A Close. */
  record Closing(Target target, String name) implements Pending {}

  /** What stands for a refused message of the extended protocol, and fails. */
  record Refused() implements Pending {}

  /** A Sync. */
  record Boundary() implements Pending {}

  /** A Query, or what stands for a refused one. */
  record Simple(Reading reading) implements Pending {}
}
