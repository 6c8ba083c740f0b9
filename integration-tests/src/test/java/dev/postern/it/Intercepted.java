package dev.postern.it;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.testkit.PosternBuilder;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;

/** Gateways with an interceptor before the JVM's server, and their clients, which have one role. */
final class Intercepted {
  static final String ROLE = "interceptors_role";

  private Intercepted() {}

  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  /** Starts a gateway; the caller closes it. */
  static RunningPostern by(MessageInterceptor interceptor) {
    return start(before(interceptor));
  }

  /** The same with a setting. */
  static RunningPostern by(MessageInterceptor interceptor, String path, String value) {
    return start(before(interceptor).setting(path, value));
  }

  /** Logged in; the caller closes it. */
  static WireClient client(RunningPostern postern) {
    WireClient client = WireClient.connect(postern.address());
    client.login(ROLE, Gateways.PASSWORD, "postgres");
    return client;
  }

  private static PosternBuilder before(MessageInterceptor interceptor) {
    return Gateways.before(Gateways.server()).interceptor("under-test", interceptor);
  }

  private static RunningPostern start(PosternBuilder builder) {
    RunningPostern postern = builder.start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }
}
