package dev.postern.plugins.limits;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import java.util.List;
import java.util.function.LongSupplier;

/** The interceptor {@code limits}. */
public final class LimitsFactory implements MessageInterceptorFactory<LimitsConfig> {
  @Override
  public String name() {
    return "limits";
  }

  @Override
  public Class<LimitsConfig> configType() {
    return LimitsConfig.class;
  }

  @Override
  public MessageInterceptor create(LimitsConfig config, PluginContext context) {
    return create(config, context, System::nanoTime);
  }

  static MessageInterceptor create(
      LimitsConfig config, PluginContext context, LongSupplier nanoTime) {
    List<Limit> limits =
        config.limits().stream().map(limit -> Limit.of(limit, config.effectiveDryRun())).toList();
    boolean delays = limits.stream().anyMatch(Limit::delays);
    Service service = new Service(context, config.effectiveMaxBuckets(), nanoTime, delays);
    return new Limits(limits, service);
  }
}
