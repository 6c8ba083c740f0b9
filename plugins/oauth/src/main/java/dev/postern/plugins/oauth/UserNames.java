package dev.postern.plugins.oauth;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As whom an identity may log in. A file of rules is read again when it changes; one that cannot be
 * used leaves what was read before in service. Safe for use by many threads.
 */
final class UserNames {
  private static final Logger log = LoggerFactory.getLogger(UserNames.class);

  private final String claim;
  private final @Nullable Path file;
  private final PluginContext context;
  private volatile @Nullable List<UserRule> rules;

  UserNames(UserConfig config, PluginContext context) throws SettingsException {
    this.claim = config.effectiveClaim();
    this.file = config.rulesFile();
    this.context = context;
    if (file == null) {
      this.rules = config.rules();
    } else {
      // Watched before it is read: no change is missed.
      context.watch(file, () -> readAgain(file));
      read(file);
    }
  }

  /** Whoever reads last has read the newest. */
  private synchronized void read(Path rulesFile) throws SettingsException {
    rules = context.read(rulesFile, UserRules.class).rules();
  }

  /** Refuses who may not log in under the name that the client gave. */
  void check(Claims claims, String asked) throws TokenRefusedException {
    List<String> said = claims.texts(claim);
    if (said.size() != 1) {
      throw new TokenRefusedException("its claim " + claim + " is not one text");
    }
    String identity = said.getFirst();
    List<UserRule> current = rules;
    if (current == null) {
      if (!identity.equals(asked)) {
        throw new TokenRefusedException(
            "it is for \"%s\", not for the user that the client names"
                .formatted(OneLine.of(identity)));
      }
      return;
    }
    for (UserRule rule : current) {
      if (rule.allows(identity, asked)) {
        return;
      }
    }
    throw new TokenRefusedException(
        "no rule lets \"%s\" log in under this name".formatted(OneLine.of(identity)));
  }

  private void readAgain(Path changed) {
    try {
      read(changed);
      log.atInfo()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("file", changed)
          .log("read again");
    } catch (SettingsException e) {
      log.atWarn()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("file", changed)
          .addKeyValue("reason", String.join("; ", String.valueOf(e.getMessage()).lines().toList()))
          .log("cannot be used; what was read before stays in service");
    }
  }
}
