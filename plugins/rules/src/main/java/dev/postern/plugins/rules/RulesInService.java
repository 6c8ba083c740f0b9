package dev.postern.plugins.rules;

import dev.postern.api.PluginContext;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules for new logins. Files are read again when they change; what is broken leaves in service
 * what was read before. Safe for use by many threads.
 */
final class RulesInService {
  private static final Logger log = LoggerFactory.getLogger(RulesInService.class);
  private static final String INLINE = "rules";

  private final RulesConfig config;
  private final PluginContext context;

  /** Of a file that is not included any more, too: there are few, and to look costs little. */
  private final Set<Path> watched = new HashSet<>();

  private String lastReason = "";
  private volatile RuleSet current;

  /**
   * @throws BrokenFileException if the files cannot be used as they are
   */
  RulesInService(RulesConfig config, PluginContext context) throws BrokenFileException {
    this.config = config;
    this.context = context;
    synchronized (this) { // what is read again counts after this
      this.current = readAndWatch();
    }
    tellOfUnused(current);
  }

  RuleSet current() {
    return current;
  }

  private synchronized void readAgain() {
    try {
      RuleSet rules = readAndWatch();
      current = rules;
      lastReason = "";
      log.atInfo()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("file", config.file())
          .addKeyValue("rules", rules.rules().size())
          .log("rules were read again");
      tellOfUnused(rules);
    } catch (BrokenFileException e) {
      String reason = String.valueOf(e.getMessage());
      if (reason.equals(lastReason)) {
        return; // several files changed at once
      }
      lastReason = reason;
      log.atWarn()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("reason", reason)
          .log("rules cannot be used; those that were read before stay in service");
    }
  }

  /** Reads until all that was read has been watched since before: no change is missed. */
  private synchronized RuleSet readAndWatch() throws BrokenFileException {
    while (true) {
      LineReader reader = new LineReader();
      try {
        RuleSet rules = read(reader);
        if (watched.containsAll(reader.files())) {
          return rules;
        }
      } catch (BrokenFileException e) {
        if (watched.containsAll(reader.files())) {
          throw e;
        }
      }
      for (Path file : reader.files()) {
        if (watched.add(file)) {
          context.watch(file, this::readAgain);
        }
      }
    }
  }

  private RuleSet read(LineReader reader) throws BrokenFileException {
    IdentMap identities =
        config.identFile() == null ? IdentMap.EMPTY : IdentMap.of(reader.read(config.identFile()));
    List<Line> lines =
        config.rules() == null
            ? reader.read(Objects.requireNonNull(config.file()))
            : reader.read(INLINE, config.rules());
    RuleSet rules = new RuleParser(config.effectiveMethods(), identities).parse(lines);
    if (rules.rules().isEmpty()) {
      throw new BrokenFileException(
          new Place(config.file() == null ? INLINE : config.file().toString(), 1),
          "contains no entries");
    }
    return rules;
  }

  private void tellOfUnused(RuleSet rules) {
    if (!rules.unreachable().isEmpty()) {
      log.atInfo()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("first", rules.unreachable().getFirst().place().toString())
          .addKeyValue("lines", rules.unreachable().size())
          .log(
              "lines local and hostgssenc are for no connection here: clients come over TCP, without GSSAPI encryption");
    }
    for (RuleSet.Unused options : rules.unused()) {
      log.atInfo()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("line", options.place().toString())
          .addKeyValue("options", options.what())
          .log("options have no effect: the authenticator has settings of its own");
    }
  }
}
