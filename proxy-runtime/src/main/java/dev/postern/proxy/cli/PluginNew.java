package dev.postern.proxy.cli;

import dev.postern.proxy.admin.RecordJson;
import dev.postern.proxy.plugin.PluginKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code postern plugin new}. */
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = {
      "Make a Maven project with a plugin that works and its tests.",
      "It builds against the API that this installation brings."
    })
final class PluginNew implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern PACKAGE = Pattern.compile("[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*");

  /** By what it is called; picocli would offer the names of the constants, too. */
  private static final class OfKind implements ITypeConverter<PluginKind> {
    @Override
    public PluginKind convert(String value) {
      for (PluginKind kind : PluginKind.values()) {
        if (kind.toString().equals(value)) {
          return kind;
        }
      }
      throw new TypeConversionException(
          "\"%s\" is no kind of plugin (expected: authenticator, router or interceptor)"
              .formatted(value));
    }
  }

  private record Made(String plugin, String kind, String factory, String directory) {}

  @Mixin private final InstallationOptions options = new InstallationOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "${COMPLETION-CANDIDATES}; interceptor by default.",
      converter = OfKind.class,
      defaultValue = "interceptor")
  private PluginKind kind = PluginKind.INTERCEPTOR;

  @Option(
      names = "--package",
      paramLabel = "PACKAGE",
      description = "Its Java package; com.example and the name by default.")
  private @Nullable String packageName;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description = "Where to make it; the name by default. Must not exist, or be empty.")
  private @Nullable Path directory;

  @Parameters(
      paramLabel = "NAME",
      description = "What configurations will call it: small letters, digits and hyphens.")
  private String name = "";

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PluginProject project = project();
    try {
      project.write(directory == null ? Path.of(name) : directory);
    } catch (FileAlreadyExistsException e) {
      Failures.print(e.getMessage() + " exists, and is not an empty directory");
      return ExitCode.CONFLICT.code();
    }
    PrintWriter out = spec.commandLine().getOut();
    String where = String.valueOf(directory == null ? Path.of(name) : directory);
    if (output.isJson()) {
      out.println(RecordJson.pretty(new Made(name, kind.toString(), project.factory(), where)));
    } else {
      out.printf("made %s: the %s %s, %s%n", where, kind, name, project.factory());
      out.printf("%s/README.md says how to build it, load it and go on%n", where);
    }
    return ExitCode.OK.code();
  }

  private PluginProject project() {
    if (!NAME.matcher(name).matches()) {
      throw wrong("NAME", name, "small letters, digits and single hyphens, such as my-plugin");
    }
    String of = packageName == null ? "com.example." + name.replace("-", "") : packageName;
    if (!PACKAGE.matcher(of).matches()) {
      throw wrong("--package", of, "a package of small letters, such as com.example.plugin");
    }
    return new PluginProject(name, kind, of, options.installation().home());
  }

  private ParameterException wrong(String what, String value, String expected) {
    return new ParameterException(
        spec.commandLine(),
        String.format(Locale.ROOT, "%s: \"%s\" (expected: %s)", what, value, expected));
  }
}
