package dev.postern.proxy.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

final class SchemaTest {
  @Test
  void knowsTheNewestMigration() {
    assertThat(Schema.flyway(memory("knows")).info().all())
        .extracting(MigrationInfo::getVersion)
        .last()
        .isEqualTo(MigrationVersion.fromVersion(String.valueOf(Schema.VERSION)));
  }

  @Test
  void isMadeOnceAndValidates() throws SQLException {
    JdbcDataSource memory = memory("validates");
    try (Connection connection = memory.getConnection()) {
      assertThat(Schema.isNewest(connection)).isFalse();

      Schema.migrate(memory);

      assertThat(Schema.isNewest(connection)).isTrue();
      assertThat(Schema.flyway(memory).validateWithResult().validationSuccessful).isTrue();
    }
  }

  @Test
  void refusesAStoreOfANewerPostern() throws SQLException {
    JdbcDataSource memory = memory("newer");
    try (Connection connection = memory.getConnection();
        Statement statement = connection.createStatement()) {
      Schema.migrate(memory);
      statement.executeUpdate("update \"flyway_schema_history\" set \"version\" = '999'");

      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> Schema.isNewest(connection))
          .withMessageContaining("newer Postern: schema 999");
    }
  }

  private static JdbcDataSource memory(String name) {
    JdbcDataSource memory = new JdbcDataSource();
    memory.setURL("jdbc:h2:mem:" + name);
    return memory;
  }
}
