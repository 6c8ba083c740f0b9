package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.api.FailureKind;
import dev.postern.api.SqlState;
import dev.postern.api.intercept.Interests;
import dev.postern.api.intercept.MessageInterceptor;
import dev.postern.api.session.RefusedLogin;
import dev.postern.api.session.SessionInfo;
import dev.postern.testkit.FrontendPackets;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.WireClient;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Interceptors hear of logins that come to no session. */
final class RefusedLoginsIT {
  private static final String ROLE = "refused_logins_role";

  private final Witness witness = new Witness();

  private static final class Witness implements MessageInterceptor {
    private final List<RefusedLogin> refused = new CopyOnWriteArrayList<>();
    private final List<SessionInfo> opened = new CopyOnWriteArrayList<>();
    private volatile boolean interrupted;

    @Override
    public void open(SessionInfo session, Interests interests) {
      opened.add(session);
    }

    @Override
    public void refused(RefusedLogin login) {
      try {
        Thread.sleep(1); // it may block
      } catch (InterruptedException e) {
        interrupted = true;
      }
      refused.add(login);
      throw new IllegalStateException("changes nothing");
    }
  }

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  private RunningPostern start() {
    RunningPostern postern =
        Gateways.before(Gateways.server()).interceptor("witness", witness).start();
    postern.importUser(Gateways.server(), ROLE);
    return postern;
  }

  private RefusedLogin only() {
    assertThat(witness.refused).hasSize(1);
    return witness.refused.getFirst();
  }

  @Test
  void aWrongPassword() {
    try (RunningPostern postern = start()) {
      assertRefused("28P01", () -> connect(postern, ROLE, Map.of("password", "wrong")));
    }
    assertThat(only().startup().user()).isEqualTo(ROLE);
    assertThat(only().startup().database()).isEqualTo("postgres");
    assertThat(only().user()).isNull();
    assertThat(only().sqlState()).isEqualTo(SqlState.INVALID_PASSWORD);
    assertThat(only().kind()).isEqualTo(FailureKind.CLIENT);
    assertThat(only().reason()).contains("wrong password");
    assertThat(witness.opened).isEmpty();
  }

  @Test
  void aUserWhomNobodyKnows() {
    try (RunningPostern postern = start()) {
      assertRefused("28P01", () -> connect(postern, "nobody_knows", Map.of()));
    }
    assertThat(only().startup().user()).isEqualTo("nobody_knows");
    assertThat(only().reason()).contains("no verifier");
  }

  @Test
  void whatTheServerRefuses() {
    try (RunningPostern postern = start()) {
      try (WireClient client = WireClient.connect(postern.address())) {
        assertThatThrownBy(() -> client.login(ROLE, Gateways.PASSWORD, "no_such_database"))
            .hasMessageContaining("3D000");
      }
    }
    assertThat(only().user()).isNotNull();
    assertThat(only().route()).isNotNull();
    assertThat(only().sqlState()).isEqualTo(SqlState.INVALID_DATABASE);
    assertThat(only().kind()).isEqualTo(FailureKind.BACKEND);
  }

  @Test
  void aClientThatGoesWhenItIsAskedForAPassword() {
    try (RunningPostern postern = start()) {
      try (WireClient client = WireClient.connect(postern.address())) {
        client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
        client.receiveUntil('R');
      }
      await().until(() -> !witness.refused.isEmpty());
    }
    assertThat(only().sqlState()).isEqualTo(SqlState.CONNECTION_FAILURE);
    assertThat(only().kind()).isEqualTo(FailureKind.CLIENT);
  }

  @Test
  void aLoginThatTheEndOfPosternCutsOff() {
    try (RunningPostern postern = start();
        WireClient client = WireClient.connect(postern.address())) {
      client.send(FrontendPackets.startup("user", ROLE, "database", "postgres"));
      client.receiveUntil('R');
      postern.close();
    }
    assertThat(only().sqlState()).isEqualTo(SqlState.CANNOT_CONNECT_NOW);
    assertThat(witness.interrupted).isFalse();
  }

  @Test
  void notOfThoseThatSucceed() throws Exception {
    try (RunningPostern postern = start()) {
      connect(postern, ROLE, Map.of());
    }
    assertThat(witness.refused).isEmpty();
    assertThat(witness.opened).hasSize(1);
  }

  private static void connect(RunningPostern postern, String role, Map<String, String> more)
      throws SQLException {
    Gateways.connect(postern, role, more).close();
  }

  private static void assertRefused(String sqlState, ThrowingCallable login) {
    assertThatThrownBy(login)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }
}
