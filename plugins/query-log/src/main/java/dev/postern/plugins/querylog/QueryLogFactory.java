package dev.postern.plugins.querylog;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.io.IOException;

/** The interceptor {@code query-log}. */
public final class QueryLogFactory implements MessageInterceptorFactory<QueryLogConfig> {
  @Override
  public String name() {
    return "query-log";
  }

  @Override
  public Class<QueryLogConfig> configType() {
    return QueryLogConfig.class;
  }

  @Override
  public MessageInterceptor create(QueryLogConfig config, PluginContext context)
      throws IOException {
    LineSink sink =
        config.file() == null
            ? new LoggerSink(context.instanceName())
            : new JsonLinesSink(config.file());
    LineWriter writer = new LineWriter(sink, context.instanceName());
    writer.start();
    return new QueryLog(config, writer, context.clock(), System::nanoTime);
  }
}
