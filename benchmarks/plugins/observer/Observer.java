package observer;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.message.Query;
import java.util.concurrent.atomic.LongAdder;

/** Looks at each Query, and at nothing else. */
public final class Observer implements MessageInterceptorFactory<Observer.Config> {
  public record Config() {}

  @Override
  public String name() {
    return "observer";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    LongAdder characters = new LongAdder();
    return (session, interests) ->
        interests.observeFrontend(Query.class, query -> characters.add(query.sql().length()));
  }
}
