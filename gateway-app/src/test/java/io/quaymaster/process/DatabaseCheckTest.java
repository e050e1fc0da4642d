package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.db.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

/** What is said of an external PostgreSQL that would do, but not well. */
@ExtendWith(OutputCaptureExtension.class)
class DatabaseCheckTest {
  private static MockEnvironment environment(TestDatabase database, String role) {
    return new MockEnvironment()
        .withProperty("spring.datasource.url", database.url() + "?ApplicationName=hunter2")
        .withProperty("spring.datasource.username", role)
        .withProperty("spring.datasource.password", database.password());
  }

  @Test
  void aRoleThatBypassesTheSecondLockIsNamed(CapturedOutput output) {
    try (TestDatabase database = TestDatabase.empty()) {
      for (String right : new String[] {"superuser", "bypassrls"}) {
        String role = right + "_of_" + database.name();
        TestDatabase.administer(
            "create role %s login %s password '%s'".formatted(role, right, database.password()));

        DatabaseCheck.connect(environment(database, role));

        TestDatabase.administer("drop role " + role);
        assertThat(output)
            .contains("The role " + role + " of the database " + database.url())
            .contains(right.equals("superuser") ? "is a superuser" : "has BYPASSRLS")
            .doesNotContain("hunter2");
      }
    }
  }

  @Test
  void aRoleThatIsBoundIsNotWorthAWord(CapturedOutput output) {
    try (TestDatabase database = TestDatabase.empty()) {
      DatabaseCheck.connect(environment(database, database.username()));

      assertThat(output).doesNotContain("row-level security");
    }
  }

  @Test
  void withoutAUrlThereMustBeAnEmbeddedOne() {
    DatabaseCheck.connect(new MockEnvironment());

    assertThatThrownBy(() -> EmbeddedDatabase.requireIncluded(ClassLoader.getPlatformClassLoader()))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("Set SPRING_DATASOURCE_URL");
  }
}
