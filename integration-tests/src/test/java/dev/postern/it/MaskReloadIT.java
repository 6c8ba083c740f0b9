package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.greaterThan;

import dev.postern.proxy.admin.AdminClient;
import dev.postern.proxy.admin.AdminException;
import dev.postern.proxy.admin.AdminServer;
import dev.postern.proxy.admin.InstanceRow;
import dev.postern.proxy.server.Gateway;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.WireClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies change under sessions that go on, in both poolings. */
@ParameterizedClass
@ValueSource(strings = {"session", "transaction"})
@SuppressWarnings("NullAway.Init") // each test starts
final class MaskReloadIT {
  private static final String SSN = "SELECT ssn FROM mask_it.people WHERE id = 1";
  private static final String LAST_FOUR = "with: partial, keep-last: 4";
  private static final String LAST_TWO = "with: partial, keep-last: 2";
  private static final int RELOADS = 6;

  @TempDir private Path home;

  private final String mode;

  private Gateway gateway;
  private AdminServer admin;
  private AdminClient operator;
  private Path password;

  MaskReloadIT(String mode) {
    this.mode = mode;
  }

  @BeforeEach
  void start() throws Exception {
    MaskedPeople.create();
    password = MaskedPeople.password();
    BundledPlugins.install(home);
    gateway = Installations.start(home, yaml(LAST_FOUR));
    Installations.addUser(gateway, MaskedPeople.MASKED);
    admin = Installations.administer(gateway, home);
    operator = Installations.operator(home);
  }

  @AfterEach
  void stop() {
    admin.close();
    gateway.close();
  }

  private String yaml(String how) {
    return """
    listeners: [{host: 127.0.0.1, port: 0}]
    authenticator: {plugin: scram}
    router:
      plugin: static-routes
      config:
        pool: {mode: %s, size: 6}
        routes: [{name: all, backends: [{host: 127.0.0.1, port: %d}]}]
    interceptors:
      - plugin: mask
        config:
          catalog: {user: mask_reader, password: {file: %s}, refresh: 1s, max-age: 4s}
          policies:
            - name: clerks
              users: [%s]
              columns: [{table: mask_it.people, column: ssn, %s}]
    """
        .formatted(mode, Gateways.server().port(), password, MaskedPeople.MASKED, how);
  }

  private void reload(String how) throws Exception {
    Files.writeString(Installations.file(home), yaml(how));
    operator.reload(List.of("mask"));
  }

  private WireClient client() {
    WireClient client = WireClient.connect(gateway.server().addresses().getFirst());
    client.login(MaskedPeople.MASKED, Gateways.PASSWORD, "postgres");
    return client;
  }

  @Test
  void oldSessionsKeepTheirPolicyAndNewOnesHaveTheNew() throws Exception {
    try (WireClient old = client()) {
      old.send(FrontendPackets.parse("kept", SSN), FrontendPackets.sync());
      old.receiveUntil('Z');
      old.query("BEGIN");
      reload(LAST_TWO);
      try (WireClient young = client()) {
        for (int i = 0; i < 3; i++) {
          assertThat(young.queryOne(SSN)).isEqualTo("*********89");
          assertThat(old.queryOne(SSN)).isEqualTo("*******6789");
          old.send(
              FrontendPackets.bind("", "kept"),
              FrontendPackets.execute("", 0),
              FrontendPackets.sync());
          assertThat(old.receiveUntil('Z').get(1).values()).containsExactly("*******6789");
          old.query(i == 0 ? "COMMIT" : "SELECT 1");
        }
        assertThat(old.query("SELECT upper(ssn) FROM mask_it.people").getFirst().sqlState())
            .isEqualTo("42501");
        assertThat(masks()).containsExactly(tuple("in service", 0), tuple("leaving", 1));
      }
      // Its catalog goes on being renewed: it would be too old otherwise.
      await()
          .during(Duration.ofSeconds(5))
          .atMost(Duration.ofSeconds(9))
          .untilAsserted(() -> assertThat(old.queryOne(SSN)).isEqualTo("*******6789"));
      Gateways.server().execute("CREATE TABLE mask_it.later () INHERITS (mask_it.people)");
      Gateways.server().execute("GRANT ALL ON mask_it.later TO mask_clerk");
      Gateways.server().execute("INSERT INTO mask_it.later (id, ssn) VALUES (9, '999-99-9999')");
      assertThat(old.queryOne("SELECT ssn FROM mask_it.later")).isEqualTo("*******9999");
    }
    await().untilAsserted(() -> assertThat(masks()).containsExactly(tuple("in service", 0)));
  }

  private List<org.assertj.core.groups.Tuple> masks() {
    return operator.instances().stream()
        .filter(row -> row.name().equals("mask"))
        .map(row -> tuple(row.state(), row.sessions()))
        .toList();
  }

  @Test
  void noValueComesOutWhilePoliciesChange() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answers = new AtomicInteger();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      running.add(clients.submit(() -> ask(client(), over, answers)));
      for (int i = 0; i < 3; i++) {
        running.add(
            clients.submit(
                () -> {
                  while (!over.get()) {
                    ask(client(), new AtomicBoolean(true), answers);
                  }
                }));
      }
      for (int i = 0; i < RELOADS; i++) {
        int before = answers.get();
        await().untilAtomic(answers, greaterThan(before + 8));
        reload(i % 2 == 0 ? LAST_TWO : LAST_FOUR);
      }
      over.set(true);
      for (Future<?> client : running) {
        client.get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(operator.instances()).extracting(InstanceRow::failures).containsOnly(0L);
  }

  /** At least once; further times until it is over. */
  private static void ask(WireClient session, AtomicBoolean over, AtomicInteger answers) {
    try (session) {
      String first = session.queryOne(SSN);
      assertThat(first).isIn("*******6789", "*********89");
      do {
        assertThat(session.queryOne(SSN)).isEqualTo(first);
        session.send(FrontendPackets.unnamed(SSN), FrontendPackets.sync());
        assertThat(session.receiveUntil('Z').get(2).values()).containsExactly(first);
        answers.incrementAndGet();
      } while (!over.get());
    }
  }

  @Test
  void aPolicyThatCannotBeReadLeavesTheOldOneInService() throws Exception {
    assertThatThrownBy(() -> reload("with: partial, keep-lost: 4"))
        .isInstanceOfSatisfying(
            AdminException.class,
            e -> assertThat(e.reason()).isEqualTo(AdminException.Reason.INVALID))
        .hasMessageContaining("keep-lost");
    try (WireClient client = client()) {
      assertThat(client.queryOne(SSN)).isEqualTo("*******6789");
    }
  }
}
