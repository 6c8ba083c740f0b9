package dev.postern.proxy.cli;

import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.admin.PluginRow;
import dev.postern.proxy.admin.RecordJson;
import dev.postern.proxy.cli.Output.Columns;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.proxy.plugin.PluginDescription;
import dev.postern.proxy.plugin.PluginJars;
import dev.postern.proxy.plugin.PluginLoadException;
import dev.postern.proxy.plugin.Plugins;
import dev.postern.proxy.plugin.VerifiedArchive;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern plugin …}. */
@Command(
    name = "plugin",
    mixinStandardHelpOptions = true,
    description = "Look after the plugins.",
    subcommands = {
      PluginCommand.List_.class,
      PluginCommand.Show.class,
      PluginCommand.Verify.class,
      PluginNew.class,
      PluginCommand.Reload.class
    })
final class PluginCommand {
  /** {@code postern plugin list}. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Show the plugins that the running Postern has loaded.")
  static final class List_ extends AdminCommand {
    private static final Columns<PluginRow> COLUMNS =
        new Columns<PluginRow>()
            .add("PLUGIN", PluginRow::name)
            .add("KIND", PluginRow::kind)
            .add("VERSION", PluginRow::version)
            .add("API", PluginRow::api)
            .add("STATE", PluginRow::state)
            .add("IN USE AS", PluginRow::instances)
            .add("OLD LOADERS", PluginRow::oldLoaders)
            .add("FROM", PluginRow::jar);

    @Override
    ExitCode run() {
      output().table(proxy().plugins(), COLUMNS);
      return ExitCode.OK;
    }
  }

  /** {@code postern plugin show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show instances of plugins: state, calls, errors, times and their own numbers.")
  static final class Show extends AdminCommand {
    private static final Columns<InstanceRow> COLUMNS =
        new Columns<InstanceRow>()
            .add("INSTANCE", InstanceRow::name)
            .add("PLUGIN", InstanceRow::plugin)
            .add("KIND", InstanceRow::kind)
            .add("VERSION", InstanceRow::version)
            .add("API", InstanceRow::api)
            .add("FROM", InstanceRow::jar)
            .add("STATE", InstanceRow::state)
            .add("SESSIONS", InstanceRow::sessions)
            .add("SINCE", InstanceRow::createdAt)
            .add("CALLS", InstanceRow::calls)
            .add("ERRORS", InstanceRow::failures)
            .add("MEDIAN", row -> Times.shown(row.median()))
            .add("P99", row -> Times.shown(row.p99()))
            .add("NUMBERS", InstanceRow::metrics);

    @Parameters(
        paramLabel = "NAME",
        arity = "0..*",
        description = "Instances, or plugins for all of theirs; none: all.")
    private List<String> names = List.of();

    @Override
    ExitCode run() {
      List<InstanceRow> all = proxy().instances();
      for (String name : names) {
        if (all.stream().noneMatch(row -> isNamed(row, name))) {
          throw AdminException.notFound("no such instance or plugin in service: " + name);
        }
      }
      List<InstanceRow> shown =
          all.stream()
              .filter(row -> names.isEmpty() || names.stream().anyMatch(name -> isNamed(row, name)))
              .toList();
      output().table(shown, COLUMNS);
      return ExitCode.OK;
    }

    private static boolean isNamed(InstanceRow row, String name) {
      return row.name().equals(name) || row.plugin().equals(name);
    }
  }

  /** {@code postern plugin verify}. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Check a jar, or a folder of jars, without a running Postern.",
        "The directory of plugins itself: each of them."
      })
  static final class Verify implements Callable<Integer> {
    private record Verified(List<Found> plugins, List<VerifiedArchive.Digest> sha256) {}

    private record Found(String name, String kind, @Nullable String version, int api, String jar) {}

    private static final Columns<Found> PLUGINS =
        new Columns<Found>()
            .add("PLUGIN", Found::name)
            .add("KIND", Found::kind)
            .add("VERSION", Found::version)
            .add("API", Found::api)
            .add("FROM", Found::jar);

    private static final Columns<VerifiedArchive.Digest> DIGESTS =
        new Columns<VerifiedArchive.Digest>()
            .add("JAR", VerifiedArchive.Digest::jar)
            .add("SHA-256", VerifiedArchive.Digest::sha256);

    @Mixin private final InstallationOptions options = new InstallationOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "JAR")
    private Path jar = Path.of("");

    @SuppressWarnings("NullAway.Init") // set by picocli
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
      try {
        VerifiedArchive verified = verify(options.installation());
        show(
            new Verified(verified.plugins().stream().map(Verify::found).toList(), verified.jars()));
        return ExitCode.OK.code();
      } catch (PluginLoadException e) {
        Failures.print(e.getMessage());
        return ExitCode.CONFIGURATION.code();
      }
    }

    private VerifiedArchive verify(Installation installation) throws PluginLoadException {
      Path home = installation.home();
      PluginJars all = new PluginJars(directory(installation), null, home);
      return jar.toAbsolutePath().normalize().equals(all.path().normalize())
          ? Plugins.verify(all)
          : Plugins.verify(jar, home);
    }

    /** Of the configuration, if there is one that can be read. */
    private static Path directory(Installation installation) {
      try {
        return installation.configuration().plugins().effectiveDirectory(installation.home());
      } catch (ConfigurationException e) {
        return installation.home().resolve("plugins");
      }
    }

    private static Found found(PluginDescription plugin) {
      return new Found(
          plugin.name(),
          plugin.kind().toString(),
          plugin.version(),
          plugin.apiLevel(),
          plugin.jar());
    }

    private void show(Verified verified) {
      PrintWriter out = spec.commandLine().getOut();
      if (output.isJson()) {
        out.println(RecordJson.pretty(verified));
        return;
      }
      Output text = new Output(out, false);
      text.table(verified.plugins(), PLUGINS);
      out.println();
      text.table(verified.sha256(), DIGESTS);
    }
  }

  /** {@code postern plugin reload}. */
  @Command(
      name = "reload",
      mixinStandardHelpOptions = true,
      description = {
        "Put new instances of plugins in service, of the jars and the configuration as they are now.",
        "New sessions get them; old ones keep what they began with. If anything is wrong, nothing"
            + " changes."
      })
  static final class Reload extends AdminCommand {
    private record Reloaded(List<String> reloaded) {}

    @Parameters(
        paramLabel = "NAME",
        arity = "1..*",
        description = "Instances, by their names in the configuration.")
    private List<String> names = List.of();

    @Override
    ExitCode run() {
      proxy().reload(names);
      output().done(new Reloaded(names), "reloaded " + String.join(", ", names));
      return ExitCode.OK;
    }

    /** Names of instances are all that it is given, so what is invalid is in the files. */
    @Override
    ExitCode codeOf(AdminException.Reason reason) {
      return reason == AdminException.Reason.INVALID ? ExitCode.CONFIGURATION : ExitCode.of(reason);
    }
  }
}
