package dev.postern.proxy.audit;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import org.jspecify.annotations.Nullable;

/** A report for programs. */
public final class AuditReportJson {
  private AuditReportJson() {}

  /** {@code whole}, the numbers, and lists that may be empty. */
  public static JsonObject of(AuditReport report) {
    JsonArrayBuilder findings = Json.createArrayBuilder();
    report
        .findings()
        .forEach(
            finding ->
                findings.add(
                    Json.createObjectBuilder()
                        .add("file", finding.file())
                        .add("line", finding.line())
                        .add("what", finding.what())));
    return Json.createObjectBuilder()
        .add("whole", report.isWhole())
        .add("files", report.files())
        .add("records", report.records())
        .add("first", end(report.first()))
        .add("last", end(report.last()))
        .add("findings", findings)
        .add("moreFindings", report.moreFindings())
        .add("unchecked", Json.createArrayBuilder(report.unchecked()))
        .add("notes", Json.createArrayBuilder(report.notes()))
        .build();
  }

  private static JsonValue end(AuditReport.@Nullable End end) {
    if (end == null) {
      return JsonValue.NULL;
    }
    JsonObjectBuilder json = Json.createObjectBuilder();
    return json.add("seq", end.seq()).add("time", end.time()).add("hash", end.hash()).build();
  }
}
