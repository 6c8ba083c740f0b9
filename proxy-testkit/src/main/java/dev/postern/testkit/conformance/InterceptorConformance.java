package dev.postern.testkit.conformance;

import dev.postern.api.Plugin;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.intercept.MessageInterceptorFactory;
import dev.postern.api.message.Bind;
import dev.postern.api.message.BindComplete;
import dev.postern.api.message.CommandComplete;
import dev.postern.api.message.Execute;
import dev.postern.api.message.Parse;
import dev.postern.api.message.ParseComplete;
import dev.postern.api.message.Query;
import dev.postern.api.message.ReadyForQuery;
import dev.postern.api.message.Sync;
import dev.postern.api.message.TransactionStatus;
import dev.postern.api.routing.Backend;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.session.CloseReason;
import dev.postern.api.session.SessionInfo;
import dev.postern.testkit.PostgresServer;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.spi.FakeInterests;
import dev.postern.testkit.spi.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/**
 * What every interceptor has to hold, whatever it is for. Clients talk through it to a real server,
 * in dedicated, session and transaction pooling: both protocols, pipelines, COPY, errors, cancels,
 * large messages, clients that leave in the middle. Every answer has to belong to its question or
 * be a refusal in its turn; neighbours notice nothing.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicNode> conforms() {
 *   return InterceptorConformance.of(new SeatBelt(), Map.of("words", List.of("drop"))).tests();
 * }
 * }</pre>
 *
 * <p>Takes some seconds. Needs what a {@link PostgresServer} needs. Used by one thread.
 *
 * @param <C> the configuration record
 */
public final class InterceptorConformance<C extends Record> {
  private static final int POOL_SIZE = 3;

  private final MessageInterceptorFactory<C> factory;
  private final Map<String, Object> config;
  private String user = "conformance";
  private String database = "postgres";
  private boolean changesValues;
  private @Nullable PostgresServer server;
  private @Nullable Path jar;

  private InterceptorConformance(MessageInterceptorFactory<C> factory, Map<String, Object> config) {
    this.factory = factory;
    this.config = Map.copyOf(config);
  }

  /**
   * The tests for one plugin with one configuration.
   *
   * @param config what stands in the {@code config} section, by its keys; with it the plugin has to
   *     let {@code SELECT 'text' AS "name"} through. Paths in it are best absolute
   */
  public static <C extends Record> InterceptorConformance<C> of(
      MessageInterceptorFactory<C> factory, Map<String, Object> config) {
    return new InterceptorConformance<>(factory, config);
  }

  /** Clients log in as this role, which is made for the tests; else as {@code conformance}. */
  public InterceptorConformance<C> user(String name) {
    user = name;
    return this;
  }

  /** Clients ask for this database, which has to be there; else for {@code postgres}. */
  public InterceptorConformance<C> database(String name) {
    database = name;
    return this;
  }

  /** The server; else the JVM's {@link PostgresServer#shared() shared} one. */
  public InterceptorConformance<C> server(PostgresServer given) {
    server = given;
    return this;
  }

  /**
   * The plugin changes values of any row, so that the first value of a row does not tell to which
   * question it belongs. The names of columns still do.
   */
  public InterceptorConformance<C> changingValues() {
    changesValues = true;
    return this;
  }

  /**
   * The plugin as it is shipped, a jar or a folder of jars: it is loaded from there too, replaced
   * again and again under load, and its old class loaders have to be collected.
   */
  public InterceptorConformance<C> jar(Path file) {
    jar = file;
    return this;
  }

  /**
   * For a method with {@code @TestFactory}. JUnit closes the stream, and what was opened with it.
   */
  public Stream<DynamicNode> tests() {
    List<AutoCloseable> open = new ArrayList<>();
    List<DynamicNode> nodes = new ArrayList<>();
    nodes.add(
        DynamicContainer.dynamicContainer(
            "the factory of " + factory.name(),
            new FactoryPromises<>(factory, config, this::use).tests()));
    Map<String, Pooling> kinds = new LinkedHashMap<>();
    kinds.put("a connection for each session", Pooling.DEDICATED);
    kinds.put("session pooling", Pooling.SESSION);
    kinds.put("transaction pooling", Pooling.TRANSACTION.with(pool -> pool.size(POOL_SIZE)));
    kinds.forEach((name, pooling) -> nodes.add(inPooling(name, pooling, open)));
    Path packed = jar;
    if (packed != null) {
      nodes.add(
          DynamicTest.dynamicTest(
              "is replaced under load, and its old loader collected",
              () ->
                  new Reloading(postgres(), packed)
                      .interceptor(factory.name(), config, user, database)));
    }
    return nodes.stream().onClose(() -> closeAll(open));
  }

  private DynamicNode inPooling(String name, Pooling pooling, List<AutoCloseable> open) {
    OneStage stage = new OneStage(pooling, open);
    return DynamicContainer.dynamicContainer(
        "with " + name,
        Stream.of(
            test("lets statements through", stage, InterceptorScenarios::letsStatementsThrough),
            test("simple protocol", stage, InterceptorScenarios::simpleProtocol),
            test("extended protocol", stage, InterceptorScenarios::extendedProtocol),
            test("texts that are odd", stage, InterceptorScenarios::oddTexts),
            test("pipelines", stage, InterceptorScenarios::pipelines),
            test("COPY in and out", stage, CopyScenario::run),
            test("cancel", stage, InterceptorScenarios::cancels),
            test("large messages", stage, InterceptorScenarios::largeMessages),
            test("a crowd", stage, InterceptorScenarios::crowd),
            test("clients that leave in the middle", stage, LeavingScenario::run),
            DynamicTest.dynamicTest("ends with its gateway", stage::close)));
  }

  /** What clients do on a stage. */
  @FunctionalInterface
  private interface Scenario {
    void play(Stage stage) throws Exception;
  }

  private static DynamicTest test(
      String name, InterceptorConformance<?>.OneStage stage, Scenario scenario) {
    Executable test = () -> scenario.play(stage.get());
    return DynamicTest.dynamicTest(name, test);
  }

  /** Opened by the first test that wants it. */
  private final class OneStage implements AutoCloseable {
    private final Pooling pooling;
    private final List<AutoCloseable> open;
    private @Nullable Stage stage;

    OneStage(Pooling pooling, List<AutoCloseable> open) {
      this.pooling = pooling;
      this.open = open;
    }

    Stage get() {
      Stage opened = stage;
      if (opened == null) {
        CopyScenario.prepare(postgres());
        opened =
            Stage.open(
                postgres(),
                RunningPostern.builder()
                    .backend(postgres(), pooling)
                    .interceptor(factory.name(), factory, config),
                user,
                database,
                changesValues);
        stage = opened;
        open.add(this);
      }
      return opened;
    }

    @Override
    public void close() {
      Stage closing = stage;
      stage = null;
      open.remove(this);
      if (closing != null) {
        closing.close();
      }
    }
  }

  private PostgresServer postgres() {
    PostgresServer given = server;
    return given == null ? PostgresServer.shared() : given;
  }

  static void closeAll(List<AutoCloseable> open) {
    for (AutoCloseable one : List.copyOf(open)) {
      try {
        one.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** A session with a statement in each protocol. */
  private void use(Plugin plugin) {
    FakeInterests session = new FakeInterests();
    SessionInfo sample = Samples.session(user, database);
    Backend backend = new Backend(postgres().host(), postgres().port(), BackendTls.DISABLED);
    SessionInfo here =
        new SessionInfo(
            sample.client(),
            sample.startup(),
            sample.user(),
            sample.route(),
            backend,
            sample.startedAt());
    ((MessageInterceptor) plugin).open(here, session);
    session
        .client(new Query("SELECT 1"))
        .server(new CommandComplete("SELECT 1"), new ReadyForQuery(TransactionStatus.IDLE))
        .client(
            new Parse("", "SELECT 2", List.of()),
            new Bind("", "", List.of(), List.of(), List.of()),
            new Execute("", 0),
            new Sync())
        .server(
            new ParseComplete(),
            new BindComplete(),
            new CommandComplete("SELECT 1"),
            new ReadyForQuery(TransactionStatus.IDLE))
        .close(CloseReason.CLIENT_TERMINATED);
  }
}
