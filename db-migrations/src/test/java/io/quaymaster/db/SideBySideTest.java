package io.quaymaster.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * While gateways are exchanged one after the other, those of the release before work on the schema
 * of this one: the newest migration takes nothing away from them and asks nothing new of what they
 * write.
 */
class SideBySideTest {
  private static final Pattern INSERT = Pattern.compile("insert into (\\w+)");

  private static final String COLUMNS =
      """
      select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
             || case when a.attnotnull then ' not null' else '' end
             || case when a.atthasdef or a.attidentity <> '' then ' filled' else '' end
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
        and not a.attisdropped and c.relname <> 'flyway_schema_history' order by 1
      """;

  /** What a row must be like, without the keys of tables that others refer to. */
  private static final String RULES =
      """
      select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid <> 0
        and conrelid <> 'flyway_schema_history'::regclass order by 1
      """;

  private static final String TABLES =
      """
      select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and relname <> 'flyway_schema_history' order by 1
      """;

  private final TestDatabase database = TestDatabase.empty();

  @TempDir private Path folder;

  private Flyway before;
  private List<String> columns;
  private List<String> rules;
  private List<String> tables;

  @BeforeEach
  void asTheReleaseBeforeMadeIt() throws Exception {
    before = ofTheReleaseBefore();
    before.migrate();
    for (String statement : oneOfEach()) {
      Matcher insert = INSERT.matcher(statement);
      if (insert.find()
          && database
              .texts("select to_regclass('" + insert.group(1) + "') is not null")
              .contains("t")) {
        database.execute(statement);
      }
    }
    columns = database.texts(COLUMNS);
    rules = database.texts(RULES);
    tables = database.texts(TABLES);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  /** The migrations but for the newest, as that release has them. */
  private Flyway ofTheReleaseBefore() throws IOException {
    List<MigrationInfo> all = Arrays.asList(database.flyway().info().all());
    for (MigrationInfo migration : all.subList(0, all.size() - 1)) {
      try (InputStream in =
          SideBySideTest.class.getResourceAsStream("/db/migration/" + migration.getScript())) {
        Files.write(
            folder.resolve(migration.getScript()), Objects.requireNonNull(in).readAllBytes());
      }
    }
    return Flyway.configure()
        .dataSource(database.url(), database.username(), database.password())
        .locations("filesystem:" + folder)
        .load();
  }

  private static List<String> oneOfEach() throws IOException {
    return List.of(Scripts.text(Scripts.ONE_OF_EACH).split(";\\s*\\n"));
  }

  private List<String> counts() throws SQLException {
    List<String> counts = new ArrayList<>();
    for (String table : tables) {
      counts.add(table + " " + database.texts("select count(*) from " + table));
    }
    return counts;
  }

  @Test
  void itsRowsStay() throws Exception {
    List<String> counted = counts();
    assertThat(counted).filteredOn(c -> !c.endsWith("[0]")).hasSizeGreaterThan(20);

    database.flyway().migrate();

    assertThat(counts()).isEqualTo(counted);
  }

  @Test
  void itFindsEveryColumnAndNoNewRule() throws Exception {
    database.flyway().migrate();

    assertThat(database.texts(COLUMNS)).containsAll(columns);
    assertThat(database.texts(COLUMNS))
        .filteredOn(c -> tables.contains(c.substring(0, c.indexOf('.'))) && !columns.contains(c))
        .as("new columns of its tables fill themselves, or may be null")
        .allMatch(c -> c.endsWith(" filled") || !c.contains(" not null"));
    assertThat(database.texts(RULES))
        .filteredOn(rule -> tables.contains(rule.substring(0, rule.indexOf(' '))))
        .as("rules of its tables")
        .isEqualTo(rules);
  }

  @Test
  void itStartsOnTheSchemaOfThisRelease() {
    database.flyway().migrate();

    before.validate();
    assertThat(before.info().pending()).isEmpty();
  }
}
