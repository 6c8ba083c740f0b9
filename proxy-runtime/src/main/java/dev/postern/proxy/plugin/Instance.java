package dev.postern.proxy.plugin;

import dev.postern.api.Plugin;
import dev.postern.proxy.plugin.Catalog.Wanted;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An instance of a plugin that was created, in service or still needed by sessions that began with
 * it. It is closed when the last set of plugins to which it belongs gives it back.
 */
final class Instance<P extends Plugin> {
  private static final Logger log = LoggerFactory.getLogger(Instance.class);

  private final Wanted wanted;
  private final P plugin;
  private final InstanceContext context;
  private final Calls calls = new Calls();
  private final Instant createdAt;
  private final Uses uses = new Uses(this::close);

  Instance(Wanted wanted, P plugin, InstanceContext context) {
    this.wanted = wanted;
    this.plugin = plugin;
    this.context = context;
    this.createdAt = context.clock().instant();
    wanted.factory().archive().use(wanted.name(), context.running());
  }

  P plugin() {
    return plugin;
  }

  String name() {
    return wanted.name();
  }

  Origin origin() {
    return wanted.origin();
  }

  Wanted wanted() {
    return wanted;
  }

  Calls calls() {
    return calls;
  }

  Instant createdAt() {
    return createdAt;
  }

  InstanceContext context() {
    return context;
  }

  Uses uses() {
    return uses;
  }

  /**
   * Waits for it as long as anybody may expect, and then goes on: others have to close as well, and
   * Postern to end. Until it is done its jar stays open.
   */
  private void close() {
    Duration patience = context.closePatience();
    Thread closer =
        Thread.ofPlatform().name("plugin-close-" + name()).daemon().start(this::closePlugin);
    try {
      if (!closer.join(patience)) {
        Throwable where = new Throwable("what its close does");
        where.setStackTrace(closer.getStackTrace());
        log.atWarn()
            .addKeyValue("plugin", name())
            .addKeyValue("jar", origin().jar())
            .addKeyValue("millis", patience.toMillis())
            .setCause(where)
            .log("plugin did not close in time; going on without it");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closePlugin() {
    try (LoaderScope _ = origin().enter()) {
      plugin.close();
    } catch (Throwable e) {
      log.atWarn()
          .addKeyValue("plugin", name())
          .addKeyValue("jar", origin().jar())
          .setCause(e)
          .log("plugin did not close");
    }
    context.close();
    wanted.factory().archive().uses().giveBack();
  }
}
