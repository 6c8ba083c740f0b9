package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.api.auth.ScramVerifier;
import dev.postern.testkit.RunningPostern;
import dev.postern.testkit.Skip;
import dev.postern.testkit.WireClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The main road with a server in a container; runs where a Docker engine answers and an image is
 * named.
 */
final class ContainerIT {
  private static final String ROLE = "container_role";

  @Test
  void logsInAtAServerInAContainer() throws SQLException {
    try (PostgreSQLContainer container = new PostgreSQLContainer(image())) {
      container.start();
      Map<String, Object> route =
          Map.of("name", "container", "backends", List.of(backend(container)));
      try (RunningPostern postern = Gateways.withRoutes(List.of(route)).start()) {
        postern.addUser(ROLE, ScramVerifier.parse(createRole(container)));
        try (WireClient client = WireClient.connect(postern.address())) {
          client.login(ROLE, Gateways.PASSWORD, container.getDatabaseName());
          assertThat(client.queryOne("SELECT session_user")).isEqualTo(ROLE);
        }
      }
    }
  }

  /** The engine's address is not always loopback, and the image has no TLS. */
  private static Map<String, Object> backend(PostgreSQLContainer container) {
    return Map.of(
        "host",
        container.getHost(),
        "port",
        container.getMappedPort(5432),
        "tls",
        Map.of("mode", "disable"));
  }

  /** Gives the verifier that the server made. */
  private static String createRole(PostgreSQLContainer container) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(
            container.getJdbcUrl(), container.getUsername(), container.getPassword())) {
      Sql.run(connection, "CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + Gateways.PASSWORD + "'");
      return Optional.ofNullable(
              Sql.value(
                  connection, "SELECT rolpassword FROM pg_authid WHERE rolname = '" + ROLE + "'"))
          .orElseThrow();
    }
  }

  private static DockerImageName image() {
    String name = System.getenv("POSTERN_TEST_POSTGRES_IMAGE");
    Skip.unless(name != null, "POSTERN_TEST_POSTGRES_IMAGE names no image");
    Skip.unless(DockerClientFactory.instance().isDockerAvailable(), "no Docker engine answers");
    return DockerImageName.parse(name).asCompatibleSubstituteFor("postgres");
  }
}
