package io.quaymaster.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Row-level security on every table there is, asked of the catalog, so that a new table without a
 * policy fails here. As the owner of the tables, whom it must bind too.
 */
class SecondLockTest {
  /** Of no tenant at all; so it must see nothing, wherever something is. */
  private static final String A_STRANGER = "999:nobody";

  /** What {@code one-of-each.sql} has of tenant acme and nobody else's. */
  private static final List<String> ALL_OF_ACME =
      List.of(
          "tenant",
          "store",
          "account",
          "account_mount",
          "account_key",
          "account_source",
          "account_totp",
          "account_recovery_code",
          "certificate_authority",
          "certificate_revocation",
          "quota_scope",
          "quota_lease",
          "upload",
          "upload_part",
          "directory_move",
          "transfer",
          "live_session",
          "cluster_notice",
          "bandwidth");

  private static TestDatabase database;

  private Connection connection;

  @BeforeAll
  static void fill() throws Exception {
    database = TestDatabase.migrated();
    database.execute(Scripts.text(Scripts.ONE_OF_EACH));
  }

  @AfterAll
  static void drop() {
    database.close();
  }

  /** What a test changes is rolled back. */
  @BeforeEach
  void connect() throws SQLException {
    connection = database.dataSource().getConnection();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void disconnect() throws SQLException {
    connection.rollback();
    connection.close();
  }

  /** All but what Flyway keeps; partitions too. */
  static Stream<String> tables() throws SQLException {
    try (Connection open = database.dataSource().getConnection()) {
      return Rows.texts(
          open,
          """
          select relname from pg_class
          where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and relname <> 'flyway_schema_history'
          order by relname
          """)
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("tables")
  void everyTableBindsItsOwnerToo(String table) throws SQLException {
    assertThat(
            Rows.texts(
                connection,
                """
                select relrowsecurity and relforcerowsecurity from pg_class where oid = '%s'::regclass
                """
                    .formatted(table)))
        .containsExactly("t");
    assertThat(
            Rows.texts(
                connection,
                """
                select concat(polname, polcmd, polroles) from pg_policy
                where polrelid = '%s'::regclass and polqual is not null
                """
                    .formatted(table)))
        .as("one policy, for every statement and every role")
        .containsExactly("tenant_scope*{0}");
  }

  @ParameterizedTest
  @MethodSource("tables")
  void aStrangerSeesAndChangesNothing(String table) throws SQLException {
    run(
        "create temporary table copy as select * from "
            + (isPartition(table) ? "audit_event" : table));
    assertThat(count("copy")).as("rows to see").isPositive();
    String column =
        Rows.texts(
                connection,
                """
                select attname from pg_attribute
                where attrelid = '%s'::regclass and attnum > 0 and attidentity = '' order by attnum
                """
                    .formatted(table))
            .getFirst();
    bindTo(A_STRANGER);

    assertThat(count(table)).isZero();
    assertThat(run("update %1$s set %2$s = %2$s".formatted(table, column))).isZero();
    assertThat(run("delete from " + table)).isZero();
    assertThatThrownBy(
            () -> run("insert into %s overriding system value select * from copy".formatted(table)))
        .hasMessageContaining("violates row-level security policy");
  }

  @ParameterizedTest
  @MethodSource("tables")
  void everyKeyIsFoundByItsIndex(String table) throws SQLException {
    // Where a policy is in between, an operator that is not leakproof would no longer get there.
    run("set local enable_seqscan = off");
    List<String> keys =
        Rows.texts(
            connection,
            """
            select string_agg(format('%%I = (select %%1$I from %1$s limit 1)', attname), ' and ' order by attnum)
            from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
            where indrelid = '%1$s'::regclass and indpred is null and indisunique group by indexrelid
            """
                .formatted(table));
    assertThat(keys).isNotEmpty();
    for (String key : keys) {
      String plan =
          String.join(
              "\n",
              Rows.texts(connection, "explain select * from %s where %s".formatted(table, key)));
      assertThat(plan).as(key).contains("Index Cond");
    }
  }

  /** As a pool leaves a connection that was bound before. */
  @ParameterizedTest
  @MethodSource("tables")
  void nothingAfterAScopeIsNoScope(String table) throws SQLException {
    bindTo(A_STRANGER);
    bindTo("");

    assertThat(count(isPartition(table) ? "audit_event" : table)).isPositive();
    run("select * from account a left join tenant t on t.id = a.tenant_id where a.id = 1");
  }

  @Test
  void aTenantSeesItsOwn() throws SQLException {
    long tokens = count("api_token");
    List<Long> open = new ArrayList<>();
    for (String table : ALL_OF_ACME) {
      open.add(count(table));
    }
    run(
        "insert into api_token (name, token_hash, role, tenant_id, created_at)"
            + " select 'own', 'x', 'tenant-admin', id, now() from tenant");
    bindTo(acme());

    List<Long> bound = new ArrayList<>();
    for (String table : ALL_OF_ACME) {
      bound.add(count(table));
    }
    assertThat(bound).isEqualTo(open);
    assertThat(Rows.texts(connection, "select name from api_token")).containsExactly("own");
    assertThat(tokens).isPositive();
    assertThat(Rows.texts(connection, "select username from ban")).containsExactly("alice");
    assertThat(Rows.texts(connection, "select chain from audit_chain")).containsExactly("acme");
    assertThat(run("update account set version = version + 1")).isEqualTo(1);
  }

  @Test
  void aTenantReadsItsChainAndNoOther() throws SQLException {
    run(
        """
        insert into audit_event (chain, sequence, recorded_at, hash, uid, at, action, outcome, detail)
        select 'acme', 1, recorded_at, hash, gen_random_uuid(), at, 'own', outcome, detail from audit_event;
        insert into audit_checkpoint select 'acme', 9, kind, hash, at, key_id, signature from audit_checkpoint
        """);
    bindTo(acme());

    assertThat(Rows.texts(connection, "select action from audit_event")).containsExactly("own");
    assertThat(Rows.texts(connection, "select sequence from audit_checkpoint"))
        .containsExactly("9");
    assertThatThrownBy(() -> run("select audit_drop_partitions(now() - interval '2 years')"))
        .hasMessageContaining("belong to no tenant");
  }

  /** A foreign key is satisfied by any store there is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "update account set home_store_id = %s",
        "update account_mount set store_id = %s",
        "update quota_scope set store_id = %s where store_id is not null",
        "update account set tenant_id = (select tenant_id from foreign_store)",
        "update store set tenant_id = (select tenant_id from foreign_store)",
        "update account_key set account_id = (select account_id from foreign_store)"
      })
  void whatIsAnothersCannotBeNamed(String sql) throws SQLException {
    run(
        """
        insert into tenant (name, display_name, created_at, updated_at, version)
        values ('globex', 'Globex', now(), now(), 0);
        insert into store (tenant_id, name, type, path, created_at, version)
        select id, 'vault', 'local', 'globex', now(), 0 from tenant where name = 'globex';
        insert into account (tenant_id, username, status, home_store_id, home_path, permissions, protocols, sources,
                             publish, sftp_read_only, sftp_deny_requests, created_at, updated_at, version)
        select tenant_id, 'bob', 'active', id, '', '{}', '{}', '{}', 'immediate', false, '{}', now(), now(), 0
        from store where name = 'vault';
        create temporary table foreign_store as
        select s.id, s.tenant_id, a.id as account_id from store s join account a on a.home_store_id = s.id
        where s.name = 'vault'
        """);
    bindTo(acme());

    assertThatThrownBy(() -> run(sql.formatted("(select id from foreign_store)")))
        .hasMessageContaining("violates row-level security policy");
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", ":", ":acme", "x", "acme", "-1:", "999:", "null:null"})
  void whatIsNoTenantShowsNothing(String scope) throws SQLException {
    for (String table : List.of("tenant", "account", "account_key", "store")) {
      bindTo(scope);
      try {
        assertThat(count(table)).as("%s for '%s'", table, scope).isZero();
      } catch (SQLException refused) {
        assertThat(refused.getMessage()).contains("invalid input syntax");
      }
      connection.rollback();
    }
  }

  /** A month that is made later is bound as well. */
  @Test
  void newMonthsAreBound() throws SQLException {
    run("select audit_make_partitions(now(), now() + interval '7 months')");
    assertThat(
            Rows.texts(
                connection,
                """
                select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'audit_event'::regclass and not (
                  c.relrowsecurity and c.relforcerowsecurity
                  and exists (select from pg_policy where polrelid = c.oid))
                """))
        .containsExactly("0");
  }

  private boolean isPartition(String table) throws SQLException {
    return Rows.texts(
            connection,
            "select relispartition from pg_class where oid = '%s'::regclass".formatted(table))
        .contains("t");
  }

  private String acme() throws SQLException {
    return Rows.texts(connection, "select id || ':' || name from tenant where name = 'acme'")
        .getFirst();
  }

  private void bindTo(String scope) throws SQLException {
    run("select set_config('quaymaster.tenant', '" + scope + "', true)");
  }

  private long count(String table) throws SQLException {
    return Long.parseLong(Rows.texts(connection, "select count(*) from " + table).getFirst());
  }

  private int run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute(sql) ? -1 : statement.getUpdateCount();
    }
  }
}
