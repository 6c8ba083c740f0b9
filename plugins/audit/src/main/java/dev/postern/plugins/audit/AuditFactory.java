package dev.postern.plugins.audit;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The interceptor {@code audit}. */
public final class AuditFactory implements MessageInterceptorFactory<AuditConfig> {
  private static final Logger log = LoggerFactory.getLogger(AuditFactory.class);

  private final LogFile.Opening opening;

  public AuditFactory() {
    this(LogFile::open);
  }

  AuditFactory(LogFile.Opening opening) {
    this.opening = opening;
  }

  @Override
  public String name() {
    return "audit";
  }

  @Override
  public Class<AuditConfig> configType() {
    return AuditConfig.class;
  }

  @Override
  public MessageInterceptor create(AuditConfig config, PluginContext context) throws Exception {
    LogDirectory directory =
        LogDirectory.at(config.directory() == null ? context.dataDirectory() : config.directory());
    AtomicBoolean first = new AtomicBoolean();
    FileChannel lock =
        context.shared(
            "audit:" + directory.path(),
            FileChannel.class,
            () -> {
              FileChannel opened = lock(directory);
              first.set(true);
              return opened;
            });
    ChainedLog chain =
        new ChainedLog(
            directory,
            lock,
            context.instanceName(),
            ChainHash.of(config.key()),
            config,
            context.clock(),
            opening);
    try {
      chain.begin(first.get());
    } catch (IOException | RuntimeException e) {
      chain.abandon();
      throw e;
    }
    if (config.key() == null) {
      log.atWarn()
          .addKeyValue("plugin", context.instanceName())
          .log("the audit log has no key: whoever can write its files can make up another one");
    }
    AuditWriter writer = new AuditWriter(chain, config, context);
    writer.start(context);
    return new AuditLog(config, writer, context.clock());
  }

  /** One process writes to a directory; its instances share the lock. */
  private static FileChannel lock(LogDirectory directory) throws IOException {
    LogFile.mustNotBeSpecial(directory.lock());
    FileChannel channel =
        FileChannel.open(
            directory.lock(),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            LogFile.ownerOnly(directory.path().getFileSystem()));
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another Postern in this JVM.
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new FileSystemException(
        directory.path().toString(),
        null,
        "another Postern writes its audit log there (expected: one of its own)");
  }
}
