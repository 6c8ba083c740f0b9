package dev.postern.proxy.cli;

import picocli.CommandLine.Option;

/** Mixed into every command that shows something. */
final class OutputOptions {
  /** For people, or for programs. */
  enum Form {
    text,
    json
  }

  @Option(
      names = "--output",
      paramLabel = "FORM",
      description = "${COMPLETION-CANDIDATES}; text by default.",
      defaultValue = "text")
  private Form form = Form.text;

  boolean isJson() {
    return form == Form.json;
  }
}
