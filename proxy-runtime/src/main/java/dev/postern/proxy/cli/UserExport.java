package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.ExportedUser;
import dev.postern.proxy.admin.RecordJson;
import dev.postern.proxy.user.Userlist;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern user export}. */
@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Print the verifiers that count now, one for each user.",
      "Whoever has a verifier can pretend to be the server: keep what this prints as you keep passwords."
    })
final class UserExport extends AdminCommand {
  /** What can be made of verifiers. */
  enum Form {
    /** PgBouncer's {@code userlist.txt}, which {@code postern user import} reads. */
    userlist,
    /** Statements that give the roles of a PostgreSQL server the same passwords. */
    sql
  }

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "userlist",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} by default.")
  private Form form = Form.userlist;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Write a new file that only you can read, not standard output.")
  private @Nullable Path file;

  @Override
  ExitCode run() throws IOException {
    return withUsers(
        users -> {
          List<ExportedUser> exported = users.export();
          String text =
              output().json()
                  ? RecordJson.pretty(exported) + "\n"
                  : exported.stream().map(this::line).collect(Collectors.joining());
          exported.forEach(user -> user.verifier().close());
          write(text);
          return ExitCode.OK;
        });
  }

  private String line(ExportedUser user) {
    String verifier = new String(user.verifier().toChars());
    return switch (form) {
      case userlist -> Userlist.format(user.name(), verifier) + "\n";
      case sql ->
          "alter role \"%s\" password '%s';\n"
              .formatted(user.name().replace("\"", "\"\""), verifier);
    };
  }

  private void write(String text) throws IOException {
    if (file == null) {
      out().print(text);
      out().flush();
      return;
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw AdminException.conflict("the file exists already: " + file);
    }
  }
}
