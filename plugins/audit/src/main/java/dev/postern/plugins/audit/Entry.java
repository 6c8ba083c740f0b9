package dev.postern.plugins.audit;

import java.time.Instant;

/**
 * Something that has happened, to become a record. Immutable; what must not be shown of it is taken
 * out by the thread that writes.
 */
sealed interface Entry permits SessionEntry, StatementEntry, Entry.Gap {
  Instant time();

  String kind();

  /** Adds what the record says. */
  void write(JsonLine json, Redaction redaction);

  /** About how many bytes it takes while it waits. */
  int weight();

  /**
   * For a time nothing could be recorded.
   *
   * @param refused statements that were refused then
   * @param lost entries that are not in the log
   */
  record Gap(Instant time, Instant since, String reason, long refused, long lost) implements Entry {
    @Override
    public String kind() {
      return "gap";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      json.put("since", since.toString())
          .put("reason", reason)
          .put("refused", refused)
          .put("lost", lost);
    }

    @Override
    public int weight() {
      return 300;
    }
  }
}
