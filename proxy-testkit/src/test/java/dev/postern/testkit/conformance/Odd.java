package dev.postern.testkit.conformance;

import dev.postern.api.PluginContext;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;

/** An interceptor that a test gives, with any name and configuration. */
public final class Odd implements MessageInterceptorFactory<Odd.Config> {
  /** Nothing to say. */
  public record Config() {}

  private final MessageInterceptor given;

  /** For the service loader; does nothing. */
  public Odd() {
    this((session, interests) -> {});
  }

  Odd(MessageInterceptor given) {
    this.given = given;
  }

  @Override
  public String name() {
    return "odd";
  }

  @Override
  public Class<Config> configType() {
    return Config.class;
  }

  @Override
  public MessageInterceptor create(Config config, PluginContext context) {
    return given;
  }
}
