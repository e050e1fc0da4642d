package io.quaymaster.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.files.FileName;
import io.quaymaster.files.StoreKey;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A store in which very many accounts live: nobody's login reads everybody's places. */
class ManyPlacesTest {
  private static final int PLACES = 20_000;

  /** After some executions PostgreSQL may plan without looking at what is asked for. */
  private static final int UNTIL_PLANNED_FOR_GOOD = 20;

  private final TestDatabase database = TestDatabase.migrated();
  private SingleConnectionDataSource one;
  private JdbcClient jdbc;
  private LedgerTable table;
  private long store;

  @BeforeEach
  void open() throws SQLException {
    database.execute(
        "insert into tenant (name, display_name, created_at, updated_at, version)"
            + " values ('acme', 'x', now(), now(), 0)");
    database.execute(
        "insert into store (tenant_id, name, type, path, created_at, version)"
            + " select id, 'main', 'local', 'acme', now(), 0 from tenant");
    database.execute(
        """
        insert into quota_scope (tenant_id, store_id, path, measured_at)
        select tenant_id, id, case n when 0 then '' else 'u' || n end, now()
        from store, generate_series(0, %d) n
        """
            .formatted(PLACES));
    database.execute("vacuum analyze quota_scope");
    one = new SingleConnectionDataSource(database.dataSource().getConnection(), true);
    one.setAutoCommit(false);
    jdbc = JdbcClient.create(one);
    table = new LedgerTable(jdbc, UUID.randomUUID());
    store = jdbc.sql("select id from store").query(Long.class).single();
  }

  @AfterEach
  void close() {
    one.destroy();
    database.close();
  }

  private static StoreKey key(String... names) {
    StoreKey key = StoreKey.ROOT;
    for (String name : names) {
      key = key.child(FileName.ofUnicode(name));
    }
    return key;
  }

  private List<String> around(StoreKey key) {
    return table.placesAround(store, key).stream()
        .map(place -> String.valueOf(place.key()))
        .toList();
  }

  private void place(String path) {
    jdbc.sql(
            "insert into quota_scope (tenant_id, store_id, path) select tenant_id, id, ? from"
                + " store")
        .param(path)
        .update();
  }

  @Test
  void placesAroundOneAreThoseAboveItAndBeneathIt() {
    List.of("u7/in", "u7/in/deeper", "u7/\u00e9\uffff", "u7 ", "u7.", "u7\u0001", "u7\u00e9")
        .forEach(this::place);
    assertThat(around(key("u7")))
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                    key(),
                    key("u7"),
                    key("u7", "in"),
                    key("u7", "in", "deeper"),
                    key("u7", "\u00e9\uffff"))
                .stream()
                .map(String::valueOf)
                .toList());
    assertThat(around(key("u7", "in", "x")))
        .containsExactly(key().toString(), key("u7").toString(), key("u7", "in").toString());
    assertThat(around(key())).hasSize(PLACES + 1 + 7);
  }

  @Test
  void aPlaceIsFoundWithoutReadingTheOthers() {
    for (int i = 1; i <= UNTIL_PLANNED_FOR_GOOD; i++) {
      assertThat(around(key("u" + i))).hasSize(2);
      assertThat(table.unmeasuredPlaces()).isEmpty();
    }
    assertThat(
            jdbc.sql(
                    "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables"
                        + " where relname = 'quota_scope'")
                .query(Long.class)
                .single())
        .isBetween(2L * UNTIL_PLANNED_FOR_GOOD, 10L * UNTIL_PLANNED_FOR_GOOD);
  }
}
