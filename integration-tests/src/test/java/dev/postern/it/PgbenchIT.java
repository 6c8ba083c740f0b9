package dev.postern.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postern.testkit.RunningPostern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients at once, in each of pgbench's three protocols. */
final class PgbenchIT {
  private static final String ROLE = "pgbench_role";

  @BeforeAll
  static void createRole() {
    Gateways.createRole(ROLE);
    Gateways.server().createDatabase(ROLE, ROLE);
    run(Gateways.plain(), "-i", "-q", "-s", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended", "prepared"})
  void runsItsTransactions(String protocol) {
    String output = run(Gateways.plain(), "-n", "-M", protocol, "-c", "8", "-j", "2", "-t", "50");
    assertThat(output).contains("400/400");
  }

  @Test
  void runsItsTransactionsOverTls() {
    assertThat(run(Gateways.encrypted(), "-n", "-S", "-c", "8", "-t", "100")).contains("800/800");
  }

  @Test
  void connectsAnewForEachTransaction() {
    assertThat(run(Gateways.plain(), "-n", "-S", "-C", "-c", "4", "-t", "25")).contains("100/100");
  }

  private static String run(RunningPostern postern, String... arguments) {
    return Psql.program("pgbench", postern, ROLE)
        .environment("PGDATABASE", ROLE)
        .with(arguments)
        .run()
        .expectSuccess()
        .output();
  }
}
