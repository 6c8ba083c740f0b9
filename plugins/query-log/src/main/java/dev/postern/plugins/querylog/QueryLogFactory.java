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
    String name = context.instanceName();
    StatementLog log =
        config.file() == null
            ? new LoggedStatements(name)
            : new FiledStatements(config.file(), name, context.clock());
    return new QueryLog(name, config, log, System::nanoTime);
  }
}
