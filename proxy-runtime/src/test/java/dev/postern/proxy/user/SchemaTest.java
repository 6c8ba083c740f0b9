package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SchemaTest {
  @TempDir private Path directory;

  @Test
  void knowsTheNewestMigration() {
    JdbcDataSource memory = new JdbcDataSource();
    memory.setURL("jdbc:h2:mem:");

    assertThat(Schema.flyway(memory).info().all())
        .extracting(MigrationInfo::getVersion)
        .last()
        .isEqualTo(MigrationVersion.fromVersion(String.valueOf(Schema.VERSION)));
  }

  @Test
  void migrationsAreAppliedOnceAndValidate() throws SQLException {
    StoreFile file = new StoreFile(directory);
    file.prepare();
    try (Connection connection = file.open()) {
      Schema.migrate(connection, file.dataSource());
      Schema.migrate(connection, file.dataSource());

      assertThat(Schema.flyway(file.dataSource()).validateWithResult().validationSuccessful)
          .isTrue();
      assertThat(Arrays.stream(Schema.flyway(file.dataSource()).info().applied()))
          .hasSize(Schema.VERSION);
    }
  }

  @Test
  void refusesAStoreOfANewerPostern() throws SQLException {
    StoreFile file = new StoreFile(directory);
    file.prepare();
    try (Connection connection = file.open();
        Statement statement = connection.createStatement()) {
      Schema.migrate(connection, file.dataSource());
      statement.executeUpdate("update \"flyway_schema_history\" set \"version\" = '999'");

      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> Schema.migrate(connection, file.dataSource()))
          .withMessageContaining("newer Postern: schema 999");
    }
  }
}
