package dev.postern.plugins.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.PluginContext;
import dev.postern.api.SettingsException;
import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.routing.BackendLogin;
import dev.postern.api.routing.BackendTls;
import dev.postern.api.routing.Pooling;
import dev.postern.api.routing.Route;
import dev.postern.api.routing.Router;
import dev.postern.api.routing.RoutingRequest;
import dev.postern.api.routing.settings.BackendSettings;
import dev.postern.testkit.spi.FakePluginContext;
import dev.postern.testkit.spi.Samples;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TenantRouterTest {
  private static final String ACME =
      "tenants: [{name: acme, match: {database: acme}, backends: [{host: db1}]}]";
  private static final String GLOBEX =
      "tenants: [{name: globex, match: {database: globex}, backends: [{host: db2}]}]";

  @TempDir Path home;
  private Path file;
  private FakePluginContext context;

  @BeforeEach
  void prepare() {
    file = home.resolve("tenants.yaml");
    context = FakePluginContext.in(home, "tenants");
  }

  @AfterEach
  void close() throws Exception {
    context.close();
  }

  @Test
  void aTenantIsFoundByItsDatabase() throws Exception {
    Router router = router(ACME);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("acme");
    assertThat(route(router, "alice", "acme").backends()).singleElement().hasToString("db1:5432");
    assertThat(router.route(Samples.routing("alice", "globex"))).isNull();
  }

  @Test
  void whatThePatternsFindGoesIntoHostDatabaseAndRole() throws Exception {
    Router router =
        router(
            """
            login: {user: "{tenant}_app"}
            tenants:
              - name: "tenant {tenant}"
                match: {database: "{tenant}_{stage}"}
                backends: [{host: "{tenant}.{stage}.internal", port: 5433}]
                database: "app_{stage}"
            """);

    Route route = route(router, "alice", "acme_test");

    assertThat(route.name()).isEqualTo("tenant acme");
    assertThat(route.backends()).singleElement().hasToString("acme.test.internal:5433");
    assertThat(route.database()).isEqualTo("app_test");
    assertThat(route.login().user()).isEqualTo("acme_app");
  }

  @Test
  void aTenantIsFoundByTheServerNameInAnyCase() throws Exception {
    Router router =
        router(
            """
            tenants:
              - name: "{tenant}"
                match: {sni: "{tenant}.DB.example.com"}
                backends: [{host: "{tenant}.internal"}]
            """);
    RoutingRequest request =
        new RoutingRequest(
            Samples.tlsClient("acme.db.example.com"),
            Samples.startup("alice", "app"),
            AuthenticatedUser.named("alice"));

    assertThat(Objects.requireNonNull(router.route(request)).name()).isEqualTo("acme");
    assertThat(router.route(Samples.routing("alice", "app"))).isNull();
  }

  @Test
  void aUserReachesItsOwnTenantOnly() throws Exception {
    Router router =
        router(
            """
            tenants:
              - name: "{tenant}"
                match: {database: "{tenant}", attributes: {tenant: "{tenant}"}}
                backends: [{host: "{tenant}.internal"}]
            """);

    assertThat(routeWith(router, "acme", Map.of("tenant", "acme"))).isNotNull();
    assertThat(routeWith(router, "acme", Map.of("tenant", "globex"))).isNull();
    assertThat(routeWith(router, "acme", Map.of())).isNull();
  }

  @Test
  void oneValueOfAListIsEnough() throws Exception {
    Router router =
        router(
            """
            tenants:
              - name: "{tenant}"
                match: {database: "{tenant}", lists: {groups: "tenant-{tenant}"}}
                backends: [{host: db}]
            """);

    assertThat(routeWith(router, "acme", Map.of("groups", "dba,tenant-globex,tenant-acme")))
        .isNotNull();
    assertThat(routeWith(router, "acme", Map.of("groups", "dba,tenant-globex"))).isNull();
  }

  @ParameterizedTest
  @CsvSource({"evil.com/x", "a.b", "x'y", "a b", "..", "%2e", "a@b", "[::1]", "ａ"})
  void nothingButANameGoesIntoAHost(String database) throws Exception {
    Router router =
        router(
            """
            tenants:
              - {name: all, match: {database: "{tenant}"}, backends: [{host: "{tenant}.internal"}]}
            """);

    assertThat(router.route(Samples.routing("alice", database))).isNull();
  }

  @Test
  void theFirstTenantThatMatchesIsTaken() throws Exception {
    Router router =
        router(
            """
            tenants:
              - {name: special, match: {database: acme}, backends: [{host: db1}]}
              - {name: others, match: {database: "*"}, backends: [{host: db2}]}
            """);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("special");
    assertThat(route(router, "alice", "globex").name()).isEqualTo("others");
  }

  @ParameterizedTest
  @CsvSource({
    "alice, app, db.example.com, by server name",
    "alice, app, other.example.com, by user",
    "bob, acme, db.example.com, by database",
    "bob, acme-1, other.example.com, by pattern",
    "alice, acme-1, db.example.com, by pattern",
    "bob, late, other.example.com, rest",
    "bob, globex, db.example.com, by server name",
  })
  void theFirstOfTheFileIsTakenHoweverItIsRecognised(
      String user, String database, String sni, String tenant) throws Exception {
    Router router =
        router(
            """
            tenants:
              - {name: by pattern, match: {database: "acme-{n}"}, backends: [{host: db}]}
              - {name: by database, match: {database: acme}, backends: [{host: db}]}
              - {name: by server name, match: {sni: DB.example.com}, backends: [{host: db}]}
              - {name: by user, match: {user: alice}, backends: [{host: db}]}
              - {name: both, match: {database: globex, user: alice}, backends: [{host: db}]}
              - {name: rest, match: {database: "*"}, backends: [{host: db}]}
              - {name: never, match: {database: late}, backends: [{host: db}]}
            """);

    assertThat(
            Objects.requireNonNull(
                    router.route(
                        new RoutingRequest(
                            Samples.tlsClient(sni),
                            Samples.startup(user, database),
                            AuthenticatedUser.named(user))))
                .name())
        .isEqualTo(tenant);
  }

  @Test
  void aSessionIsComparedWithTheTenantsThatNameItAndWithPatterns() {
    List<TenantEntry> entries = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      entries.add(entry("t" + i, "d" + i));
    }
    entries.add(entry("rest", "*"));
    Tenants tenants = Tenants.of(new TenantsFile(null, null, null, entries));

    assertThat(tenants.candidates(Samples.routing("alice", "d9999")))
        .flatMap(one -> one)
        .hasSize(2);
    assertThat(tenants.routeFor(Samples.routing("alice", "d9999")))
        .extracting(Route::name)
        .isEqualTo("t9999");
    assertThat(tenants.routeFor(Samples.routing("alice", "d10000")))
        .extracting(Route::name)
        .isEqualTo("rest");
  }

  private static TenantEntry entry(String name, String database) {
    return new TenantEntry(
        name,
        new MatchConfig(database, null, null, null, null),
        List.of(new BackendSettings("h", 5432, null)),
        null,
        null,
        null);
  }

  @Test
  void whatATenantDoesNotSayIsAsForAll() throws Exception {
    Router router =
        router(
            """
            tls: {mode: disable}
            login: {user: app}
            pool: {mode: transaction, size: 7}
            tenants:
              - {name: a, match: {database: a}, backends: [{host: db1}]}
              - name: b
                match: {database: b}
                backends: [{host: db2, tls: {mode: require}}]
                login: {user: other}
                pool: {size: 9}
            """);

    Route a = route(router, "alice", "a");
    Route b = route(router, "alice", "b");
    assertThat(a.backends().getFirst().tls().mode()).isEqualTo(BackendTls.Mode.DISABLE);
    assertThat(b.backends().getFirst().tls().mode()).isEqualTo(BackendTls.Mode.REQUIRE);
    assertThat(a.login().user()).isEqualTo("app");
    assertThat(b.login().user()).isEqualTo("other");
    assertThat(a.pooling()).isEqualTo(Pooling.TRANSACTION.with(pool -> pool.size(7)));
    assertThat(b.pooling()).isEqualTo(Pooling.TRANSACTION.with(pool -> pool.size(9)));
  }

  @Test
  void clientsLogInAsThemselvesWhereNothingIsSaid() throws Exception {
    assertThat(route(router(ACME), "alice", "acme").login()).isEqualTo(BackendLogin.AS_CLIENT);
  }

  @Test
  void aFileThatIsReplacedCounts() throws Exception {
    Router router = router(ACME);
    Path next = Files.writeString(home.resolve("next"), GLOBEX);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    context.changed(file);

    assertThat(router.route(Samples.routing("alice", "acme"))).isNull();
    assertThat(route(router, "alice", "globex").name()).isEqualTo("globex");
    assertThat(context.metric("tenants")).isEqualTo(1);
  }

  @Test
  void aFileThatIsEditedInPlaceCounts() throws Exception {
    Router router = router(ACME);
    Files.writeString(file, GLOBEX);
    context.changed(file);

    assertThat(route(router, "alice", "globex").name()).isEqualTo("globex");
  }

  @Test
  void aChangeWhileTheFileIsReadForTheFirstTimeIsNotMissed() throws Exception {
    Files.writeString(file, ACME);
    Queue<Thread> tellers = new ConcurrentLinkedQueue<>();
    InvocationHandler changing =
        (_, method, arguments) -> {
          Object result = method.invoke(context, arguments);
          if (method.getName().equals("read") && tellers.isEmpty()) {
            Files.writeString(file, GLOBEX);
            Thread teller = Thread.ofVirtual().start(() -> context.changed(file));
            tellers.add(teller);
            await().until(() -> teller.getState().compareTo(Thread.State.RUNNABLE) > 0);
          }
          return result;
        };
    Router router =
        new TenantRouterFactory()
            .create(
                new TenantConfig(file),
                (PluginContext)
                    Proxy.newProxyInstance(
                        getClass().getClassLoader(),
                        new Class<?>[] {PluginContext.class},
                        changing));
    for (Thread teller : tellers) {
      teller.join();
    }

    assertThat(router.route(Samples.routing("alice", "acme"))).isNull();
    assertThat(route(router, "alice", "globex").name()).isEqualTo("globex");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"tenants: [{name: x}]", "nonsense", "{", "tenants: []\\nmore: 1"})
  void aFileThatBreaksLeavesTheOldTenantsInService(String broken) throws Exception {
    Router router = router(ACME);
    Files.writeString(file, broken.replace("\\n", "\n"));
    context.changed(file);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("acme");
  }

  @Test
  void aFileThatGoesLeavesTheOldTenantsInService() throws Exception {
    Router router = router(ACME);
    Files.delete(file);
    context.changed(file);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("acme");
  }

  @Test
  void aFileThatIsLargerThanAllMemoryLeavesTheOldTenantsInService() throws Exception {
    Router router = router(ACME);
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(3L << 30);
    }
    context.changed(file);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("acme");
    assertThatThrownBy(
            () -> new TenantRouterFactory().create(new TenantConfig(file), context).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("larger than 8 MiB");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aPipeInThePlaceOfTheFileIsNotWaitedFor() throws Exception {
    Router router = router(ACME);
    Files.delete(file);
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    context.changed(file);

    assertThat(route(router, "alice", "acme").name()).isEqualTo("acme");
    assertThatThrownBy(
            () -> new TenantRouterFactory().create(new TenantConfig(file), context).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("is no regular file");
  }

  @Test
  void anUnchangedTenantKeepsItsRouteSoThatItsPoolStays() throws Exception {
    Router router = router(ACME);
    Route before = route(router, "alice", "acme");
    context.changed(file);

    assertThat(route(router, "alice", "acme")).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tenants: [{name: a, match: {database: a}, backends: []}]|1:53: tenants[0].backends: none",
        "tenants: [{name: a, match: {}, backends: [{host: b}]}]|match: empty",
        "tenants: [{name: a, match: {database: a}, backends: [{host: '{t}'}]}]|{t} is in no pattern",
        "tenants: [{name: '{t}', match: {database: a}, backends: [{host: b}]}]|{t} is in no pattern",
        "tenants: [{name: a, match: {database: a}, database: '{t}', backends: [{host: b}]}]|{t} is in no pattern",
        "login: {user: '{t}'}\\ntenants: [{name: a, match: {database: a}, backends: [{host: b}]}]|{t} is in no pattern",
        "tenants: [{name: a, match: {database: '{T}'}, backends: [{host: b}]}]|no placeholder",
        "tenants: [{name: a, match: {database: a}, backends: [{host: b}], pool: {mode: session, size: 1, minimum: 2}}]|minimum",
        "tenants: [{name: a, match: {database: a}, backends: [{host: b}], login: {password: secret}}]|password",
        "tenants: [{name: a, match: {database: a}, backends: [{host: b, port: 0}]}]|port: 0",
        "tenants: [{name: a, match: {database: a}, backends: [{host: b}]}, {name: a, match: {database: b}, backends: [{host: b}]}]|another tenant's",
        "tenant: []|tenant"
      })
  void aMistakeStopsTheStartWithFileLineAndColumn(String yaml, String message) throws Exception {
    assertThatThrownBy(() -> router(yaml.replace("\\n", "\n")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("tenants.yaml:")
        .hasMessageContaining(message);
  }

  @Test
  void aFileThatIsNotThereStopsTheStart() {
    assertThatThrownBy(
            () -> new TenantRouterFactory().create(new TenantConfig(file), context).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("file not found");
  }

  private Router router(String yaml) throws Exception {
    Files.writeString(file, yaml);
    return new TenantRouterFactory().create(new TenantConfig(file), context);
  }

  private static Route route(Router router, String user, String database) throws Exception {
    return Objects.requireNonNull(router.route(Samples.routing(user, database)));
  }

  private static @Nullable Route routeWith(
      Router router, String database, Map<String, String> attributes) throws Exception {
    return router.route(
        new RoutingRequest(
            Samples.client(),
            Samples.startup("alice", database),
            AuthenticatedUser.named("alice").withAttributes(attributes)));
  }
}
