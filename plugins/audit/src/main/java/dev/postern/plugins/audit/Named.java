package dev.postern.plugins.audit;

import dev.postern.api.intercept.SessionNames.Given;
import org.jspecify.annotations.Nullable;

/**
 * What a Parse or a Bind gives a name to, if only the empty one. Used by the session's event loop
 * only.
 */
abstract sealed class Named implements Pending permits Prepared, Portal {
  /** Servers compare no more of a name, in bytes. */
  private static final int MAX_LENGTH = 63;

  /** As it is recorded: no more than the server looks at. */
  final String name;

  final long sentAt;

  /** Whether the text is on record, in a statement's record or in one of its own. */
  boolean onRecord;

  /** Whether it was refused because it could not be put on record. */
  boolean refused;

  /** The name, once it is sent. */
  @Nullable Given<?> given;

  /** Whether the server has not yet said what became of it. */
  boolean underWay = true;

  Named(String name, long sentAt) {
    this.name = name.length() > MAX_LENGTH ? name.substring(0, MAX_LENGTH) : name;
    this.sentAt = sentAt;
  }

  abstract StatementText text();

  /** About how many bytes it takes beside what others take as well. */
  abstract int weight();

  boolean isUnnamed() {
    return name.isEmpty();
  }
}
