package dev.postern.plugins.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.Verdict;
import dev.postern.api.message.BackendMessage;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.FrontendMessage;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.TransactionStatus;
import dev.postern.proxy.config.Binder;
import dev.postern.proxy.config.ConfigurationException;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** An instance whose clock a test moves, and the sessions before it. */
final class Play {
  static final BackendMessage READY = new ReadyForQuery(TransactionStatus.IDLE);
  static final BackendMessage DONE = new CommandComplete("SELECT 1");

  final FakePluginContext context = FakePluginContext.named("limits");
  private final MessageInterceptor limits;

  Play(String yaml) {
    limits = LimitsFactory.create(bind(yaml), context, this::nanoTime);
  }

  static LimitsConfig bind(String yaml) {
    try {
      return new Binder(Path.of("."), Map.of()).bind(yaml, LimitsConfig.class);
    } catch (ConfigurationException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private long nanoTime() {
    Duration since =
        Duration.between(Instant.parse("2026-01-01T00:00:00Z"), context.clock().instant());
    return since.toNanos() - 5; // may be negative
  }

  FakeInterests session(String user) {
    return session(user, "app");
  }

  FakeInterests session(String user, String database) {
    FakeInterests session = new FakeInterests();
    limits.open(Samples.session(user, database), session);
    return session;
  }

  /** A statement that passes and is done. */
  static void run(FakeInterests session, String sql) {
    assertPasses(session.onClient(new Query(sql)));
    session.server(DONE, READY);
  }

  static void assertPasses(Verdict<FrontendMessage> verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Forward.class);
  }

  static String refusal(Verdict<FrontendMessage> verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Reject.class);
    Verdict.Reject<FrontendMessage> reject = (Verdict.Reject<FrontendMessage>) verdict;
    assertThat(reject.sqlState().code()).isEqualTo("53400");
    return reject.message();
  }

  double metric(String name) {
    return context.metric(name);
  }

  void pass(Duration time) {
    context.pass(time);
  }
}
