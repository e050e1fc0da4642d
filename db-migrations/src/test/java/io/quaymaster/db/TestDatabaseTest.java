package io.quaymaster.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class TestDatabaseTest {
  private static final String INSERT =
      "insert into tenant (name, display_name, created_at, updated_at, version)"
          + " values ('acme', 'Acme', now(), now(), 0)";

  @Test
  void everyCallGivesADatabaseOfItsOwn() throws SQLException {
    try (TestDatabase one = TestDatabase.migrated();
        TestDatabase other = TestDatabase.migrated()) {
      one.execute(INSERT);

      other.execute(INSERT);

      assertThat(one.url()).isNotEqualTo(other.url());
    }
  }

  @Test
  void closingDropsItEvenUnderOpenConnections() throws SQLException {
    TestDatabase database = TestDatabase.empty();
    try (var connection = database.dataSource().getConnection()) {
      assertThat(connection.isValid(1)).isTrue();

      database.close();

      assertThat(connection.isValid(1)).isFalse();
      assertThatThrownBy(() -> database.execute("select 1"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("does not exist");
    }
  }
}
