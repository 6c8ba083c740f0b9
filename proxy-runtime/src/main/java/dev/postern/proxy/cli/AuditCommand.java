package dev.postern.proxy.cli;

import dev.postern.proxy.audit.AuditFiles;
import dev.postern.proxy.audit.AuditKeys;
import dev.postern.proxy.audit.AuditReport;
import dev.postern.proxy.audit.AuditReportJson;
import dev.postern.proxy.audit.AuditVerifier;
import dev.postern.proxy.audit.ExpectedRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code postern audit …}. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = "Look after what the audit plugin has written.",
    subcommands = AuditCommand.Verify.class)
final class AuditCommand {

  /** {@code postern audit verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Check that no record of an audit log was changed, left out, added or moved.",
        "Given the log's directory, also that nothing is missing at its beginning and its end.",
        "Exit codes: 0 the log is whole; 65 it is not, with a line for each fault;",
        "1 not all could be checked, such as for want of a key; 3 there is no log."
      })
  static final class Verify implements Callable<Integer> {
    @Parameters(
        paramLabel = "PATH",
        arity = "1..*",
        description = "The log's directory, or single files of it.")
    private List<Path> paths = List.of();

    @Option(
        names = "--key",
        paramLabel = "FILE",
        description = "The key of the log; again for each key that it was written with.")
    private List<Path> keys = List.of();

    @Option(
        names = "--expect-last",
        paramLabel = "SEQ:HASH",
        description =
            "A record that the log must have, as this command or Postern's log showed it.")
    private @Nullable String expectLast;

    @Mixin private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
      for (Path path : paths) {
        if (Files.notExists(path)) {
          Failures.print(path + ": no such file");
          return ExitCode.NOT_FOUND.code();
        }
      }
      boolean directory = Files.isDirectory(paths.getFirst());
      if (paths.size() > 1 && paths.stream().anyMatch(Files::isDirectory)) {
        Failures.print("give one directory, or files");
        return ExitCode.USAGE.code();
      }
      try {
        ExpectedRecord expected = expectLast == null ? null : ExpectedRecord.parse(expectLast);
        AuditFiles log = directory ? AuditFiles.in(paths.getFirst()) : new AuditFiles(paths, null);
        if (log.files().isEmpty() && log.misplaced().isEmpty()) {
          Failures.print(paths.getFirst() + ": no files of an audit log");
          return ExitCode.NOT_FOUND.code();
        }
        AuditReport report = new AuditVerifier(log, AuditKeys.read(keys), expected).verify();
        if (output.isJson()) {
          System.out.println(AuditReportJson.of(report));
        } else {
          print(report, System.out);
        }
        return code(report).code();
      } catch (IllegalArgumentException e) {
        Failures.print("--expect-last: " + e.getMessage());
        return ExitCode.USAGE.code();
      } catch (IOException e) {
        Failures.print(e.getMessage());
        return ExitCode.FAILURE.code();
      }
    }

    private static ExitCode code(AuditReport report) {
      if (!report.findings().isEmpty()) {
        return ExitCode.DATA;
      }
      return report.isWhole() ? ExitCode.OK : ExitCode.FAILURE;
    }

    private static void print(AuditReport report, PrintStream out) {
      report.findings().forEach(out::println);
      if (report.moreFindings() > 0) {
        out.println("and " + report.moreFindings() + " more");
      }
      report.unchecked().forEach(what -> out.println("not checked: " + what));
      report.notes().forEach(note -> out.println("note: " + note));
      AuditReport.End first = report.first();
      AuditReport.End last = report.last();
      out.println(
          (report.isWhole()
                  ? "whole: "
                  : report.findings().isEmpty() ? "not all could be checked: " : "NOT WHOLE: ")
              + report.records()
              + (report.records() == 1 ? " record in " : " records in ")
              + report.files()
              + (report.files() == 1 ? " file" : " files"));
      if (first != null && last != null) {
        out.println("first: " + first.seq() + " of " + first.time());
        out.println("last:  " + last.seq() + " of " + last.time());
        out.println("--expect-last " + last.seq() + ":" + last.hash());
      }
    }
  }
}
