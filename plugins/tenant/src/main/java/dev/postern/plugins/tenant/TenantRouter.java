package dev.postern.plugins.tenant;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Safe for use by many threads. Never blocks a login: the file is read by a thread of its own. */
final class TenantRouter implements Router {
  private static final Logger log = LoggerFactory.getLogger(TenantRouter.class);

  /** A file that somebody is writing to is left alone for so long, and then looked at again. */
  private static final Duration SETTLING = Duration.ofMillis(200);

  private static final int MOST_LOOKS = 25;

  /** What is looked at of a file that changes; one that is larger is refused when it is read. */
  private static final int LARGEST_BYTES = 8 << 20;

  private final Path file;
  private final PluginContext context;
  private volatile Tenants tenants;

  /**
   * Watches the file, and then reads it: no change is missed.
   *
   * @throws SettingsException if it cannot be used
   */
  TenantRouter(TenantConfig config, PluginContext context) throws SettingsException {
    this.file = config.file();
    this.context = context;
    context.watch(file, this::readAgain);
    read();
  }

  /** Whoever reads last has read the newest. */
  private synchronized void read() throws SettingsException {
    tenants = Tenants.of(context.read(file, TenantsFile.class));
  }

  @Override
  public boolean mayBlock() {
    return false;
  }

  @Override
  public @Nullable Route route(RoutingRequest request) {
    return tenants.routeFor(request);
  }

  int count() {
    return tenants.count();
  }

  /** Reads the file again. One that cannot be used changes nothing. */
  private void readAgain() {
    try {
      awaitWholeFile();
      // The passwords of before are not wiped: pools may yet open connections with them.
      read();
      log.atInfo()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("file", file)
          .addKeyValue("tenants", count())
          .log("the tenants were read again");
    } catch (SettingsException e) {
      log.atWarn()
          .addKeyValue("plugin", context.instanceName())
          .addKeyValue("reason", String.join("; ", String.valueOf(e.getMessage()).lines().toList()))
          .log("the tenants cannot be read; those of before stay in service");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Half of a file that is written in place may be a file, too, with half of the tenants. */
  private void awaitWholeFile() throws InterruptedException {
    byte[] before = content();
    for (int look = 0; look < MOST_LOOKS; look++) {
      Thread.sleep(SETTLING);
      byte[] now = content();
      if (Arrays.equals(before, now)) {
        return;
      }
      before = now;
    }
  }

  private byte[] content() {
    if (!Files.isRegularFile(file)) {
      return new byte[0];
    }
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(LARGEST_BYTES + 1);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  @Override
  public void close() {
    tenants.wipePasswords();
  }
}
