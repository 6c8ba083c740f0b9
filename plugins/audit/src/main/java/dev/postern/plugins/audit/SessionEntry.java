package dev.postern.plugins.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A session begins, comes to nothing or ends. */
sealed interface SessionEntry extends Entry {
  /** A client is logged in. */
  record Login(
      Instant time, SessionFacts session, @Nullable String role, String route, String backend)
      implements SessionEntry {
    @Override
    public String kind() {
      return "login";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.writeAll(json);
      json.putUnlessNull("role", role).put("route", route).put("backend", backend);
    }

    @Override
    public int weight() {
      return 600;
    }
  }

  /**
   * A login came to no session.
   *
   * @param proved whether the client had proved who it is
   */
  record Refused(
      Instant time,
      SessionFacts session,
      boolean proved,
      String sqlState,
      String fault,
      String reason)
      implements SessionEntry {
    @Override
    public String kind() {
      return "login-refused";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.writeAll(json);
      json.put("proved", proved)
          .put("sqlState", sqlState)
          .put("fault", fault)
          .put("reason", reason);
    }

    @Override
    public int weight() {
      return 600 + reason.length();
    }
  }

  /** A session has ended. */
  record End(Instant time, SessionFacts session, String reason, long statements, long millis)
      implements SessionEntry {
    @Override
    public String kind() {
      return "end";
    }

    @Override
    public void write(JsonLine json, Redaction redaction) {
      session.write(json);
      json.put("reason", reason).put("statements", statements).put("millis", millis);
    }

    @Override
    public int weight() {
      return 300;
    }
  }
}
