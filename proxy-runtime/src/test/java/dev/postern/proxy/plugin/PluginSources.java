package dev.postern.proxy.plugin;

/** Small plugins as source text. What they are asked they answer with an exception's message. */
final class PluginSources {
  private PluginSources() {}

  /** An authenticator {@code x.AuthFactory} whose {@code authenticate} runs {@code body}. */
  static PluginJar authenticator(PluginJar jar, String name, String body) {
    return jar.authenticator(authenticatorSource(name, "", "", body));
  }

  static String authenticatorSource(String name, String constructor, String create, String body) {
    return """
    package x;
    import dev.postern.api.*;
    import dev.postern.api.auth.*;
    public final class AuthFactory implements AuthenticatorFactory<AuthFactory.Config> {
      public record Config(@org.jspecify.annotations.Nullable String text) {}
      public AuthFactory() { %s }
      @Override public String name() { return "%s"; }
      @Override public Class<Config> configType() { return Config.class; }
      @Override public Authenticator create(Config config, PluginContext context) throws Exception {
        %s
        return exchange -> { %s };
      }
    }
    """
        .formatted(constructor, name, create, body);
  }

  /** A router {@code x.RoutesFactory}. */
  static PluginJar router(PluginJar jar, String name) {
    return jar.source(
            "x.RoutesFactory",
            """
            package x;
            import dev.postern.api.*;
            import dev.postern.api.routing.*;
            public final class RoutesFactory implements RouterFactory<RoutesFactory.Config> {
              public record Config(int port) {}
              @Override public String name() { return "%s"; }
              @Override public Class<Config> configType() { return Config.class; }
              @Override public Router create(Config config, PluginContext context) {
                return request -> { throw new IllegalStateException("port " + config.port()); };
              }
            }
            """
                .formatted(name))
        .service(PluginKind.ROUTER, "# a comment\n\nx.RoutesFactory # ours\n");
  }

  /** An interceptor {@code x.SeesFactory} that writes down its opening and closing. */
  static PluginJar interceptor(PluginJar jar, String name) {
    return jar.source(
            "x.SeesFactory",
            """
            package x;
            import dev.postern.api.*;
            import dev.postern.api.intercept.*;
            import dev.postern.api.session.SessionInfo;
            import java.nio.file.*;
            public final class SeesFactory implements MessageInterceptorFactory<SeesFactory.Config> {
              public record Config(@org.jspecify.annotations.Nullable Path journal, boolean failing) {}
              @Override public String name() { return "%s"; }
              @Override public Class<Config> configType() { return Config.class; }
              @Override public MessageInterceptor create(Config config, PluginContext context)
                  throws Exception {
                write(config, "create", context);
                return new MessageInterceptor() {
                  @Override public void open(SessionInfo session, Interests interests) {}
                  @Override public void close() throws Exception {
                    write(config, "close", context);
                    if (config.failing()) {
                      throw new IllegalStateException("cannot close");
                    }
                  }
                };
              }
              private static void write(Config config, String event, PluginContext context)
                  throws Exception {
                if (config.journal() != null) {
                  boolean own = Thread.currentThread().getContextClassLoader()
                      == SeesFactory.class.getClassLoader();
                  Files.writeString(
                      config.journal(),
                      event + " " + context.instanceName() + (own ? "" : " with a foreign loader") + "\\n",
                      StandardOpenOption.CREATE,
                      StandardOpenOption.APPEND);
                }
              }
            }
            """
                .formatted(name))
        .service(PluginKind.INTERCEPTOR, "x.SeesFactory");
  }
}
