package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.proxy.session.Session;
import dev.postern.testkit.RunningPostern;
import java.sql.Connection;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the operator is shown of a session. */
final class SessionFactsIT {
  private static final String ROLE = "session_facts_role";

  @BeforeAll
  static void createRole() {
    Gateways.server().createRole(ROLE, Gateways.PASSWORD);
  }

  @Test
  void theLastActivityIsKnownToASecond() throws Exception {
    try (RunningPostern postern = Gateways.before(Gateways.server()).start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE)) {
        Session session = postern.server().registry().sessions().iterator().next();
        Instant atRest = session.lastActivity(Instant.now());
        assertThat(session.lastActivity(Instant.now())).isEqualTo(atRest);

        Sql.run(connection, "SELECT 1");

        assertThat(session.lastActivity(Instant.now())).isAfter(atRest);
      }
    }
  }

  @Test
  void theLogSaysWhichProtocolIsSpokenAndHowTheServerWasLoggedInTo() throws Exception {
    try (RunningPostern postern = Gateways.before(Gateways.server()).start()) {
      postern.importUser(Gateways.server(), ROLE);
      try (Connection connection = Gateways.connect(postern, ROLE)) {
        assertThat(connection.isValid(5)).isTrue();
        assertThat(
                Logs.containing(
                    "session opened", ROLE, "protocol=\"3.0\"", "backendLogin=\"client-key\""))
            .isNotEmpty();
      }
    }
  }
}
