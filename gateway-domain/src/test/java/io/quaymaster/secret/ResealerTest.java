package io.quaymaster.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.secret.SecretSeal.KeyUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Exchanges of keys in a database with more secrets than are taken at once. */
class ResealerTest {
  private static final byte[] A = SecretSeal.randomKey();
  private static final byte[] B = SecretSeal.randomKey();

  /** The gateways of a roll-out, in the order of its steps. */
  private static final SecretSeal ONLY_A = new SecretSeal(A);

  private static final SecretSeal A_NEXT_B = new SecretSeal(new SealKeys(A, List.of(), List.of(B)));
  private static final SecretSeal B_PREVIOUS_A =
      new SecretSeal(new SealKeys(B, List.of(A), List.of()));
  private static final SecretSeal ONLY_B = new SecretSeal(B);

  private static final int APPS = 2 * Resealer.ROWS_AT_ONCE + 7;

  private final TestDatabase database = TestDatabase.migrated();
  private final DataSource source = database.dataSource();
  private final JdbcClient jdbc = JdbcClient.create(source);

  @BeforeEach
  void fill() {
    jdbc.sql(
            """
            insert into tenant (name, display_name, created_at, updated_at, version)
            values ('acme', 'Acme', now(), now(), 0)
            """)
        .update();
    jdbc.sql(
            """
            insert into store (tenant_id, name, type, path, created_at, version)
            select id, 'main', 'local', 'acme', now(), 0 from tenant
            """)
        .update();
    jdbc.sql(
            """
            insert into account (tenant_id, username, status, home_store_id, home_path, permissions, protocols, sources,
                                 publish, sftp_read_only, sftp_deny_requests, created_at, updated_at, version)
            select tenant_id, 'u' || n, 'active', id, 'u' || n, '{}', '{}', '{}', 'immediate', false, '{}', now(), now(), 0
            from store, generate_series(1, ?) n
            """)
        .param(APPS)
        .update();
    jdbc.sql(
            """
            insert into store (tenant_id, name, type, bucket, prefix, path_style, credentials, access_key_id, sealed_secret,
                               encryption, checksums, conditional_put, conditional_complete, conditional_copy,
                               exact_listings, created_at, version)
            select id, 'lake', 's3', 'b', '', true, 'keys', 'AKIA', ?, 'bucket', true, true, true, true, true, now(), 0
            from tenant
            """)
        .param(sealed(ONLY_A, SealPurpose.storeCredentials("acme", "lake"), "lake"))
        .update();
    for (int n = 1; n <= APPS; n++) {
      enrol(ONLY_A, "u" + n, "secret of u" + n);
    }
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private static byte[] sealed(SecretSeal seal, SealPurpose purpose, String secret) {
    return seal.seal(secret, purpose).bytes();
  }

  private void enrol(SecretSeal seal, String username, String secret) {
    jdbc.sql(
            """
            insert into account_totp (account_id, sealed_secret, created_at)
            select id, :sealed, now() from account where username = :username
            on conflict (account_id) do update set sealed_secret = excluded.sealed_secret
            """)
        .param("sealed", sealed(seal, SealPurpose.totp("acme", username), secret))
        .param("username", username)
        .update();
  }

  private Resealer resealer(SecretSeal seal) {
    return new Resealer(jdbc, new TransactionTemplate(new JdbcTransactionManager(source)), seal);
  }

  /** Whether a gateway opens everything, as it was sealed. */
  private void opensAll(SecretSeal seal) throws SealBroken {
    for (Map.Entry<String, byte[]> app : apps().entrySet()) {
      assertThat(
              seal.unseal(new SealedSecret(app.getValue()), SealPurpose.totp("acme", app.getKey())))
          .isEqualTo("secret of " + app.getKey());
    }
    byte[] lake =
        jdbc.sql("select sealed_secret from store where name = 'lake'")
            .query((row, _) -> row.getBytes(1))
            .single();
    assertThat(seal.unseal(new SealedSecret(lake), SealPurpose.storeCredentials("acme", "lake")))
        .isEqualTo("lake");
  }

  private Map<String, byte[]> apps() {
    Map<String, byte[]> apps = new TreeMap<>();
    jdbc.sql("select username, sealed_secret from account_totp join account on id = account_id")
        .query(
            row -> {
              apps.put(row.getString(1), row.getBytes(2));
            });
    return apps;
  }

  private static Map<KeyUse, Long> uses(Resealer resealer) {
    Map<KeyUse, Long> uses = new TreeMap<>();
    resealer.census().forEach(count -> uses.merge(count.use(), count.secrets(), Long::sum));
    return uses;
  }

  /** Old and new gateways side by side at each step; nothing is unreadable at any. */
  @Test
  void anExchangeStepByStep() throws Exception {
    opensAll(ONLY_A);
    opensAll(A_NEXT_B);
    assertThat(uses(resealer(A_NEXT_B)))
        .isEqualTo(Map.of(KeyUse.CURRENT, APPS + 1L, KeyUse.NEXT, 0L));

    enrol(B_PREVIOUS_A, "u1", "secret of u1");
    assertThat(resealer(A_NEXT_B).resealAll()).as("old gateways leave new seals alone").isZero();
    opensAll(A_NEXT_B);
    opensAll(B_PREVIOUS_A);

    assertThat(resealer(B_PREVIOUS_A).resealAll()).isEqualTo(APPS);
    opensAll(A_NEXT_B);
    opensAll(B_PREVIOUS_A);

    enrol(A_NEXT_B, "u2", "secret of u2");
    assertThat(uses(resealer(B_PREVIOUS_A)))
        .isEqualTo(Map.of(KeyUse.CURRENT, (long) APPS, KeyUse.PREVIOUS, 1L));
    assertThat(resealer(B_PREVIOUS_A).resealAll()).as("what came later is found").isEqualTo(1);
    opensAll(ONLY_B);
    assertThat(resealer(B_PREVIOUS_A).resealAll()).as("nothing is left").isZero();
  }

  /** A gateway dies in the middle; here the database refuses a row of the second batch. */
  @Test
  void whatIsCutOffGoesOn() throws Exception {
    database.execute(
        """
        create function die() returns trigger language plpgsql as $$ begin raise exception 'died'; end $$;
        create trigger die before update on account_totp for each row
        when (old.account_id = %d) execute function die()
        """
            .formatted(Resealer.ROWS_AT_ONCE + 20));

    assertThatThrownBy(() -> resealer(B_PREVIOUS_A).resealAll())
        .isInstanceOf(DataAccessException.class)
        .hasMessageContaining("died");

    opensAll(A_NEXT_B);
    opensAll(B_PREVIOUS_A);
    assertThat(uses(resealer(B_PREVIOUS_A)))
        .isEqualTo(
            Map.of(
                KeyUse.CURRENT,
                Resealer.ROWS_AT_ONCE + 1L,
                KeyUse.PREVIOUS,
                (long) APPS - Resealer.ROWS_AT_ONCE));
    database.execute("drop trigger die on account_totp");
    assertThat(resealer(B_PREVIOUS_A).resealAll()).isEqualTo(APPS - Resealer.ROWS_AT_ONCE);
    opensAll(ONLY_B);
  }

  /** It was read, and then somebody else was faster. */
  @Test
  void aChangeThatCameBetweenIsNotLost() throws Exception {
    try (Connection other = database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      String changed =
          HexFormat.of()
              .formatHex(sealed(A_NEXT_B, SealPurpose.totp("acme", "u3"), "another secret"));
      statement.execute(
          "update account_totp set sealed_secret = '\\x%s' where account_id = (select id from account where username = 'u3')"
              .formatted(changed));
      CompletableFuture<Integer> sealing =
          CompletableFuture.supplyAsync(() -> resealer(B_PREVIOUS_A).resealAll());
      await().atMost(Duration.ofMinutes(1)).until(this::somebodyWaitsForARow);
      other.commit();

      assertThat(sealing.get()).isEqualTo(APPS);
    }
    SealedSecret u3 = new SealedSecret(Objects.requireNonNull(apps().get("u3")));
    assertThat(A_NEXT_B.unseal(u3, SealPurpose.totp("acme", "u3"))).isEqualTo("another secret");
    assertThat(resealer(B_PREVIOUS_A).resealAll()).isEqualTo(1);
  }

  private boolean somebodyWaitsForARow() {
    return jdbc.sql(
            "select exists (select from pg_stat_activity where datname = current_database()"
                + " and wait_event_type = 'Lock')")
        .query((row, _) -> row.getBoolean(1))
        .single();
  }

  @Test
  void oneProcessAtATime() throws SQLException {
    try (Connection other = database.dataSource().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select pg_advisory_xact_lock(%d)".formatted(Resealer.LOCK));
      assertThat(resealer(B_PREVIOUS_A).resealAll()).isZero();
      other.rollback();
    }
    assertThat(resealer(B_PREVIOUS_A).resealAll()).isEqualTo(APPS + 1);
  }

  @Test
  void aKeyThatIsMissingIsNamedAndADamagedSecretHoldsNothingUp() {
    jdbc.sql(
            "update account_totp set sealed_secret = sealed_secret || '\\x00' where account_id = 5")
        .update();

    assertThat(resealer(B_PREVIOUS_A).resealAll()).isEqualTo(APPS);
    Resealer late = resealer(ONLY_B);
    assertThat(uses(late)).isEqualTo(Map.of(KeyUse.CURRENT, (long) APPS, KeyUse.MISSING, 1L));
    assertThat(late.examplesOf(List.of(ONLY_A.keyId()))).containsExactly("totp:u5@acme");
  }
}
