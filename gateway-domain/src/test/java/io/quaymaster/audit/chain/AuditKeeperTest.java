package io.quaymaster.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checkpoints in time, partitions ahead, and old months dropped without a break in the chain. */
class AuditKeeperTest {
  private static final KeeperSettings SETTINGS =
      new KeeperSettings(5, Duration.ofMinutes(1), Duration.ofDays(60));

  private ChainStage stage;

  @BeforeEach
  void open() throws Exception {
    stage = ChainStage.open();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private List<Long> signed() {
    return stage
        .jdbc()
        .query(
            "select sequence from audit_checkpoint where chain = 'acme' order by 1",
            (row, n) -> row.getLong(1));
  }

  @Test
  void aChainIsSignedAfterSoManyRowsOrSoLong() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    stage.clock(now);
    AuditKeeper keeper = stage.keeper(SETTINGS);
    keeper.sign(false);
    assertThat(signed()).as("an empty chain").isEmpty();
    stage.rows(1);
    keeper.sign(false);
    assertThat(signed()).as("the first row").containsExactly(1L);
    stage.rows(4);
    keeper.sign(false);
    assertThat(signed()).as("few and new").containsExactly(1L);
    stage.rows(1);
    keeper.sign(false);
    assertThat(signed()).as("the fifth").containsExactly(1L, 6L);
    stage.rows(1);
    stage.clock(now.plusSeconds(60));
    stage.keeper(SETTINGS).sign(false);
    assertThat(signed()).as("a minute later").containsExactly(1L, 6L, 7L);
    stage.keeper(SETTINGS).sign(true);
    assertThat(signed()).as("nothing new").containsExactly(1L, 6L, 7L);
    assertThat(stage.verify().chains()).containsExactly(new ChainReport("acme", 1, 7, 7, 7, false));
  }

  @Test
  void whatItFindsIsCountedOnce() {
    AuditKeeper keeper = stage.keeper();
    stage.rows(3);
    keeper.sign(true);
    assertThat(keeper.findings()).isZero();
    stage.rows(2);
    stage.asMaster("update audit_event set account = 'bob' where chain = 'acme' and sequence = 5");

    keeper.sign(true);

    int found = keeper.findings();
    assertThat(found).isPositive();
    stage.rows(1);
    keeper.sign(true);
    assertThat(keeper.findings()).as("nothing new").isEqualTo(found);
  }

  @Test
  void partitionsAreMadeAhead() {
    OffsetDateTime now = Instant.now().atOffset(ZoneOffset.UTC);
    stage.keeper().makePartitions();
    stage.keeper().makePartitions();
    String last =
        "audit_event_%d_%02d"
            .formatted(now.plusMonths(2).getYear(), now.plusMonths(2).getMonthValue());
    assertThat(
            stage
                .jdbc()
                .queryForList(
                    "select inhrelid::regclass::text from pg_inherits"
                        + " where inhparent = 'audit_event'::regclass",
                    String.class))
        .contains(last);
  }

  /** Rows of three months and a half ago, of this month, and both again in another chain. */
  private void longAgo() {
    stage.tenant("globex");
    OffsetDateTime then = Instant.now().atOffset(ZoneOffset.UTC).minusDays(100);
    stage.jdbc().query("select audit_make_partitions(?, ?)", row -> {}, then, then);
    stage.rows(3);
    stage.append(List.of(ChainStage.event("globex", "only")));
    stage.sign();
    // As if it had been recorded then: what the hash is of, and so all hashes behind it.
    stage.asMaster(
        "update audit_event set recorded_at = recorded_at - interval '100 days'",
        "delete from audit_checkpoint");
    stage.rewriteFrom(1);
  }

  private void enableTriggers() {
    for (String table : List.of("audit_event", "audit_checkpoint", "audit_chain")) {
      stage.jdbc().execute("alter table " + table + " enable trigger user");
    }
  }

  @Test
  void oldMonthsGoAndTheRestCanStillBeVerified() throws Exception {
    longAgo();
    stage.forgetAnchors();
    enableTriggers();
    stage.rows(2);
    stage.sign();

    assertThat(stage.keeper().dropOld()).isPositive();

    assertThat(stage.verify().findings()).isEmpty();
    assertThat(stage.verify().chains()).containsExactly(new ChainReport("acme", 4, 5, 2, 5, true));
    assertThat(stage.verifyFile(stage.exportAll()).findings()).isEmpty();
    assertThat(stage.told())
        .singleElement()
        .satisfies(e -> assertThat(e.action()).isEqualTo("audit.cut"));
    stage.rows(1);
    stage.sign();
    assertThat(stage.verify().chains()).containsExactly(new ChainReport("acme", 4, 6, 3, 6, true));
    assertThat(stage.keeper().dropOld()).as("nothing more").isZero();
  }

  @Test
  void aChainThatRestedLongGoesOnBehindItsCut() throws Exception {
    longAgo();
    stage.forgetAnchors();
    enableTriggers();
    stage.sign();
    assertThat(stage.keeper().dropOld()).isPositive();
    assertThat(stage.verify().findings()).as("nothing is left").isEmpty();

    stage.rows(1);
    stage.sign();
    assertThat(stage.verify().findings()).isEmpty();
    assertThat(stage.verify().chains()).containsExactly(new ChainReport("acme", 4, 4, 1, 4, true));
  }

  @Test
  void whoDropsThemWithoutTheGatewayIsFound() throws Exception {
    longAgo();
    stage.forgetAnchors();
    enableTriggers();
    stage.rows(2);
    stage.sign();
    stage.asMaster("delete from audit_event where recorded_at < now() - interval '60 days'");

    assertThat(stage.verify().findings())
        .singleElement()
        .satisfies(f -> assertThat(f.kind()).isEqualTo(Finding.Kind.NO_BEGINNING));
  }

  @Test
  void theDatabaseItselfDropsNothingWithoutACutOrTooYoung() {
    longAgo();
    enableTriggers();
    assertThatThrownBy(
            () -> stage.jdbc().execute("select audit_drop_partitions(now() - interval '60 days')"))
        .rootCause()
        .hasMessageContaining("has no cut");
    assertThatThrownBy(
            () -> stage.jdbc().execute("select audit_drop_partitions(now() - interval '29 days')"))
        .rootCause()
        .hasMessageContaining("30 days");
  }

  @Test
  void withoutARetentionNothingGoes() {
    longAgo();
    enableTriggers();
    assertThat(stage.keeper(new KeeperSettings(5, Duration.ofMinutes(1), null)).dropOld()).isZero();
    assertThat(stage.jdbc().queryForObject("select count(*) from audit_event", Long.class))
        .isEqualTo(4L);
  }
}
