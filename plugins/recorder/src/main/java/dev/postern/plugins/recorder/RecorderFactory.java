package dev.postern.plugins.recorder;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.io.IOException;
import java.nio.file.Path;

/** The interceptor {@code recorder}. */
public final class RecorderFactory implements MessageInterceptorFactory<RecorderConfig> {
  @Override
  public String name() {
    return "recorder";
  }

  @Override
  public Class<RecorderConfig> configType() {
    return RecorderConfig.class;
  }

  @Override
  public MessageInterceptor create(RecorderConfig config, PluginContext context)
      throws IOException {
    Path directory = config.directory() == null ? context.dataDirectory() : config.directory();
    RecordingStore store =
        RecordingStore.open(
            directory,
            config.effectiveMaxFileSize().bytes(),
            config.effectiveMaxTotalSize().bytes());
    RecordingWriter writer =
        new RecordingWriter(store, config.effectiveRedaction(), context.instanceName());
    writer.start();
    return new Recorder(config, writer, context.clock(), System::nanoTime);
  }
}
