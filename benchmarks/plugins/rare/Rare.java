package rare;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.FunctionCall;

/** Decides on a message that no client of the benchmarks sends. */
public final class Rare implements MessageInterceptorFactory<Rare.Config> {
  public record Config() {}

  @Override
  public String name() {
    return "rare";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    return (session, interests) ->
        interests.interceptFrontend(FunctionCall.class, call -> Verdict.forward());
  }
}
