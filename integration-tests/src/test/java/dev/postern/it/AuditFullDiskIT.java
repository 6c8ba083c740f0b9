package dev.postern.it;

import static dev.postern.it.AuditedGateway.ROLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.postern.it.AuditedGateway.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The audit log on a file system that is full. */
final class AuditFullDiskIT {
  private static final int DISK = 512;
  private static final String FILLER = "filler";
  private static final String REFUSED = "the audit log cannot be written";

  @TempDir Path home;

  @BeforeAll
  static void createRole() {
    AuditedGateway.createRole();
    Gateways.server().execute("CREATE TABLE full_disk (n integer)");
    Gateways.server().execute("GRANT ALL ON full_disk TO " + ROLE);
  }

  @BeforeEach
  void empty() {
    Gateways.server().execute("TRUNCATE full_disk");
  }

  private static String insertion(int n) {
    return "INSERT INTO full_disk VALUES (" + n + ")";
  }

  /** Inserts one after the other until it is refused; the result is the number that was refused. */
  private static int insertUntilRefused(Connection connection, int from) {
    AtomicInteger n = new AtomicInteger(from);
    assertThatThrownBy(
            () -> {
              while (n.get() < from + 20_000) {
                Sql.run(connection, insertion(n.get()));
                n.incrementAndGet();
              }
            })
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("58030"))
        .hasMessageContaining(REFUSED);
    return n.get();
  }

  @ParameterizedTest
  @CsvSource({"SESSION, interval", "TRANSACTION, interval", "SESSION, each", "TRANSACTION, each"})
  void nothingHappensThatIsNotRecorded(Mode mode, String sync) throws Exception {
    try (SmallDisk disk = SmallDisk.at(home, DISK)) {
      AuditedGateway gateway = AuditedGateway.start(disk.path(), mode, Map.of("sync", sync));
      try (gateway;
          Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
        Sql.run(connection, insertion(0));
        disk.fill(FILLER);
        int refused = insertUntilRefused(connection, 1);
        assertThatThrownBy(() -> Sql.run(connection, insertion(refused)))
            .hasMessageContaining(REFUSED);
        assertThat(gateway.verify().findings()).isEmpty();

        disk.free(FILLER);
        await()
            .ignoreExceptionsInstanceOf(SQLException.class)
            .until(() -> "again".equals(Sql.value(connection, "SELECT 'again'")));
        Sql.run(connection, insertion(-1));
      }
      assertThat(gateway.verify().findings()).isEmpty();
      assertThat(gateway.records("gap"))
          .anySatisfy(
              gap -> {
                assertThat(gap.getString("reason")).contains("No space left on device");
                assertThat(gap.getInt("refused")).isPositive();
                assertThat(gap.getInt("lost")).isZero();
              });
      assertThat(recordedInsertions(gateway)).containsAll(insertions());
    }
  }

  @ParameterizedTest
  @EnumSource
  void statementsGoOnWhereThatIsConfigured(Mode mode) throws Exception {
    try (SmallDisk disk = SmallDisk.at(home, DISK)) {
      AuditedGateway gateway =
          AuditedGateway.start(
              disk.path(), mode, Map.of("on-failure", "continue", "queue", "64KiB"));
      int asked = 0;
      try (gateway;
          Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
        disk.fill(FILLER);
        while (Logs.containing("the audit log cannot be written", "not recorded").isEmpty()
            || asked < 3000) {
          Sql.run(connection, insertion(asked++));
        }
        disk.free(FILLER);
        await().until(() -> !gateway.records("gap").isEmpty());
        Sql.run(connection, insertion(asked++));
      }
      assertThat(gateway.verify().findings()).isEmpty();
      assertThat(insertions()).hasSize(asked);
      int lost = gateway.records("gap").stream().mapToInt(gap -> gap.getInt("lost")).sum();
      assertThat(lost).isPositive();
      assertThat(recordedInsertions(gateway)).hasSizeLessThan(asked).contains(insertion(asked - 1));
    }
  }

  /** It fills the disk itself, in many files, and its Postern is stopped and started there. */
  @Test
  void aLogThatHasFilledItsDiskIsGoneOnWith() throws Exception {
    Map<String, Object> small = Map.of("rotate", Map.of("size", "4KiB"));
    try (SmallDisk disk = SmallDisk.at(home, DISK)) {
      disk.take(FILLER, DISK / 2);
      AuditedGateway gateway = AuditedGateway.start(disk.path(), Mode.SESSION, small);
      try (gateway;
          Connection connection = Gateways.connect(gateway.postern(), ROLE)) {
        insertUntilRefused(connection, 0);
      }
      assertThat(Logs.containing("were not written")).hasSizeLessThan(2);
      disk.fill("rest");
      assertThatThrownBy(() -> AuditedGateway.start(disk.path(), Mode.SESSION, small).close())
          .hasStackTraceContaining("No space left on device");

      disk.free(FILLER);
      try (AuditedGateway again = AuditedGateway.start(disk.path(), Mode.SESSION, small);
          Connection connection = Gateways.connect(again.postern(), ROLE)) {
        Sql.run(connection, insertion(-1));
      }
      assertThat(gateway.verify().findings()).isEmpty();
      assertThat(recordedInsertions(gateway)).contains(insertion(-1));
    }
  }

  private static List<String> recordedInsertions(AuditedGateway gateway) {
    return gateway.records("statement").stream()
        .map(record -> record.getString("sql"))
        .filter(sql -> sql.startsWith("INSERT"))
        .toList();
  }

  /** Those that the server has done. */
  private static List<@Nullable String> insertions() {
    return Gateways.server()
        .query("SELECT 'INSERT INTO full_disk VALUES (' || n || ')' FROM full_disk");
  }
}
